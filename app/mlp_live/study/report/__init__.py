"""The report of a study: charts, texts and tables, and the HTML file with all of them."""
