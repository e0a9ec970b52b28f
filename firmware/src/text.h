// Formatting of the runtime's messages without libc's printf, which would cost kilobytes of flash.

#ifndef MCUFORGE_SRC_TEXT_H_
#define MCUFORGE_SRC_TEXT_H_

#include <cstdarg>
#include <cstddef>

namespace text {

// Writes the message to `out` (size > 0), cut to fit and always ended by '\0'; returns its length.
// Knows %s %c %d %i %u %x %p %%, the sizes l, ll, z and h, and skips flags, widths and precisions.
// %f prints "?": no message of the runtime needs a float, and its conversion is large.
size_t Format(char* out, size_t size, const char* format, va_list args);

}  // namespace text

#endif  // MCUFORGE_SRC_TEXT_H_
