// The windows of four output pixels of a convolution, and their inputs side by side.

#ifndef MCUFORGE_NN_CONV_WINDOWS_S8_H_
#define MCUFORGE_NN_CONV_WINDOWS_S8_H_

#include "nn/conv_params.h"

namespace nn {

constexpr int32_t kConvPixels = 4;
constexpr int32_t kPaddingRun = 16;  // inputs side by side that stand for padding

// A walk over the output's pixels: where their windows begin in the input.
struct Corner {
  const int8_t* tap;
  int32_t y, x;
  int32_t end_y, end_x;  // beyond the last pixel of an image
  int32_t tap_step;      // to the next pixel
  int32_t line_step;     // more at the end of a line
  int32_t image_step;    // and more at the end of an image

  void Next(const ConvParams& p) {
    tap += tap_step;
    x += p.stride_w;
    if (x == end_x) {
      x = -p.pad_left;
      tap += line_step;
      y += p.stride_h;
      if (y == end_y) {
        y = -p.pad_top;
        tap += image_step;
      }
    }
  }
  void Back(const ConvParams& p) {
    if (x == -p.pad_left) {
      if (y == -p.pad_top) {
        tap -= image_step;
        y = end_y;
      }
      y -= p.stride_h;
      tap -= line_step;
      x = end_x;
    }
    x -= p.stride_w;
    tap -= tap_step;
  }
};

inline Corner FirstCorner(const ConvParams& p, const int8_t* image) {
  Corner c;
  c.y = -p.pad_top;
  c.x = -p.pad_left;
  c.end_y = c.y + p.out_h * p.stride_h;
  c.end_x = c.x + p.out_w * p.stride_w;
  c.tap = image + (c.y * p.in_w + c.x) * p.in_c;
  c.tap_step = p.stride_w * p.in_c;
  c.line_step = (p.stride_h * p.in_w - p.out_w * p.stride_w) * p.in_c;
  c.image_step = (p.in_h - p.out_h * p.stride_h) * p.in_w * p.in_c;
  return c;
}

// A window whose first tap lies before these, and not before the image, is inside of it as a whole.
struct Inside {
  uint32_t h, w;
};

inline Inside InsideOf(const ConvParams& p) {
  const int32_t span_h = (p.kernel_h - 1) * p.dilation_h;
  const int32_t span_w = (p.kernel_w - 1) * p.dilation_w;
  return Inside{static_cast<uint32_t>(p.in_h > span_h ? p.in_h - span_h : 0),
                static_cast<uint32_t>(p.in_w > span_w ? p.in_w - span_w : 0)};
}

// Whether taps side by side in a kernel row are side by side in the input.
inline bool TapsAreRuns(const ConvParams& p) { return p.dilation_w == 1 && p.filter_c == p.in_c; }

// A walk through four windows, in the order of a filter's weights.
struct Windows {
  const int8_t* first[kConvPixels];  // tap of each, which may lie outside of the image
  int32_t y[kConvPixels];
  int32_t x[kConvPixels];
  bool inside;         // all of them, whole
  bool rows_are_runs;  // the taps of a kernel row lie inside of all images, side by side
  int32_t ky, kx;      // where the walk is; kx stays 0 if rows are runs
  int32_t row_step;    // from a kernel row's first tap to the next one's
  int32_t row;         // offset of a kernel row's first tap from the window's
  int32_t offset;      // of the next input
  int32_t run;         // inputs side by side: of a tap or of a row of them
  int32_t run_left;    // in the one that the walk is in

  // Begins with the pixels from `corner` on, and moves it beyond them. pixels: kConvPixels, or 1 to
  // take one pixel as all four.
  void Open(const ConvParams& p, Inside limits, bool taps_are_runs, int32_t pixels,
            Corner* corner) {
    bool columns_inside = true;
    bool rows_inside = true;
    for (int32_t i = 0; i < kConvPixels; ++i) {
      first[i] = corner->tap;
      y[i] = corner->y;
      x[i] = corner->x;
      columns_inside &= static_cast<uint32_t>(corner->x) < limits.w;
      rows_inside &= static_cast<uint32_t>(corner->y) < limits.h;
      if (i + pixels >= kConvPixels) {  // at each pixel, or only at the last
        corner->Next(p);
      }
    }
    inside = columns_inside && rows_inside;
    rows_are_runs = columns_inside && taps_are_runs;
    run = rows_are_runs ? p.kernel_w * p.filter_c : p.filter_c;
    run_left = run;
    ky = kx = row = offset = 0;
  }

  // Passes `count` inputs of the run that it is in.
  void Pass(const ConvParams& p, int32_t count) {
    offset += count;
    run_left -= count;
    if (run_left != 0) {
      return;
    }
    run_left = run;
    if (rows_are_runs || ++kx == p.kernel_w) {
      kx = 0;
      ++ky;
      row += row_step;
      offset = row;
    } else {
      offset += p.dilation_w * p.in_c - p.filter_c;
    }
  }
};

// The next `count` inputs of all four windows, as Machine::InterleaveRuns leaves them.
// padding: kPaddingRun times the input's zero point.
template <class Machine>
void Gather(const ConvParams& p, const int8_t* padding, Windows* w, int32_t count, uint32_t* to) {
  while (count != 0) {
    int32_t run = w->run_left < count ? w->run_left : count;
    if (w->inside) {
      Machine::InterleaveRuns(w->first, w->offset, run, to);
    } else {
      run = run < kPaddingRun ? run : kPaddingRun;
      const int32_t tap_y = w->ky * p.dilation_h;
      const int32_t tap_x = w->kx * p.dilation_w;
      const int8_t* from[kConvPixels];
      for (int32_t i = 0; i < kConvPixels; ++i) {
        const bool meets = static_cast<uint32_t>(w->y[i] + tap_y) < p.in_h &&
                           static_cast<uint32_t>(w->x[i] + tap_x) < p.in_w;
        from[i] = meets ? w->first[i] + w->offset : padding;
      }
      Machine::InterleaveRuns(from, 0, run, to);
    }
    to += 2 * run;
    count -= run;
    w->Pass(p, run);
  }
}

}  // namespace nn

#endif  // MCUFORGE_NN_CONV_WINDOWS_S8_H_
