"""In: C++ sources and flags. Out: programs and images made without PlatformIO."""
