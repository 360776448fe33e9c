"""The web: application factory, pages, uploads, the socket's route, security."""
