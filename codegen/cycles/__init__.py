"""In: an image and what QEMU executed of it. Out: cycles on the core, by function and cause."""
