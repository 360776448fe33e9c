"""What a picture shows of a network: the prediction grid and activation maps over a plane."""
