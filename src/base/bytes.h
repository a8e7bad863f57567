// SPDX-License-Identifier: Apache-2.0
//
// The canonical encoding (docs/wire_format.md): little-endian integers, and
// lists of length-prefixed parts, so that ("ab", "c") and ("a", "bc") differ.

#ifndef PRIVET_BASE_BYTES_H_
#define PRIVET_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace privet::base {

// Appends `value` in little-endian order. T is an unsigned integer.
template <typename T>
void AppendInt(std::string* out, T value) {
  static_assert(static_cast<T>(-1) > 0, "unsigned integers only");
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out->push_back(
        static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
  }
}

// Reads a little-endian T from the first sizeof(T) bytes at `bytes`.
template <typename T>
T LoadInt(const void* bytes) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  T native;
  std::memcpy(&native, bytes, sizeof(native));
  return native;
#else
  const auto* p = static_cast<const unsigned char*>(bytes);
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(T{p[i]} << (8 * i)));
  }
  return value;
#endif
}

// Appends LP(part): a u16 length and the part, which has at most 65,535 bytes.
inline void AppendPart(std::string* out, std::string_view part) {
  AppendInt(out, static_cast<std::uint16_t>(part.size()));
  out->append(part);
}
template <typename T, typename = decltype(T{} << 1)>
void AppendPart(std::string* out, T value) {
  AppendInt(out, static_cast<std::uint16_t>(sizeof(T)));
  AppendInt(out, value);
}

// Returns info(parts…) = LP(part) ‖ LP(part) ‖ …, an unsigned integer being its
// little-endian bytes.
template <typename... Parts>
std::string Info(const Parts&... parts) {
  std::string out;
  (AppendPart(&out, parts), ...);
  return out;
}

// Reads a byte string from front to back; after a read past the end every read
// gives zeros and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T Int() {
    const std::string_view raw = Take(sizeof(T));
    return ok_ ? LoadInt<T>(raw.data()) : T{0};
  }
  // Returns the next `size` bytes, or nothing.
  std::string_view Take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  // Returns the next LP part.
  std::string_view Part() { return Take(Int<std::uint16_t>()); }

  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace privet::base

#endif  // PRIVET_BASE_BYTES_H_
