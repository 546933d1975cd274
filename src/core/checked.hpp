// Sums and products of sizes that a file claims. Not for sizes that the program knows itself.
#pragma once

#include <cstdint>
#include <optional>

namespace dcgan {

/// A size up to 2^63 - 1, or nothing: what comes of a number that was nothing, or does not fit, is nothing.
class Checked {
 public:
  Checked(uint64_t value) : value_(value), is_valid_(value <= INT64_MAX) {}  // NOLINT: made to be mixed with numbers
  /// Of a number that may be negative.
  static Checked of(int64_t value) { return Checked(static_cast<uint64_t>(value)); }

  friend Checked operator+(Checked a, Checked b) {
    Checked sum(0);
    sum.is_valid_ = a.is_valid_ && b.is_valid_ && !__builtin_add_overflow(a.value_, b.value_, &sum.value_);
    return sum.within_range();
  }
  friend Checked operator*(Checked a, Checked b) {
    Checked product(0);
    product.is_valid_ = a.is_valid_ && b.is_valid_ && !__builtin_mul_overflow(a.value_, b.value_, &product.value_);
    return product.within_range();
  }
  /// The next multiple of `step`, which is not 0.
  Checked rounded_up(uint64_t step) const {
    Checked up = *this + (step - 1);
    up.value_ -= up.value_ % step;
    return up;
  }
  std::optional<uint64_t> value() const { return is_valid_ ? std::optional(value_) : std::nullopt; }
  /// False for nothing.
  bool operator==(uint64_t other) const { return is_valid_ && value_ == other; }
  bool is_at_most(uint64_t other) const { return is_valid_ && value_ <= other; }

 private:
  Checked within_range() const {
    Checked out = *this;
    out.is_valid_ = is_valid_ && value_ <= INT64_MAX;
    return out;
  }
  uint64_t value_;
  bool is_valid_;
};

}  // namespace dcgan
