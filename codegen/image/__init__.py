"""In: generated sources. Out: the firmware image, and where its bytes are."""
