"""In: bytes and facts. Out: files of a build folder, written whole, and the record of them."""
