"""An API's calls, without I/O: from arguments to a request, and from a response to a value or an exception."""
