"""HTTP: the application factory, pages, uploads, sockets and security."""
