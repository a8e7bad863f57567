// SPDX-License-Identifier: Apache-2.0
//
// Applies a form to one value, with guards around the room that it asked for.

#ifndef PRIVET_TESTS_TRANSFORM_APPLY_H_
#define PRIVET_TESTS_TRANSFORM_APPLY_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/timestamp.pb.h"
#include "support/catch.h"
#include "support/status_assertions.h"
#include "transform/forms.h"
#include "transform/transform.h"

namespace privet::testing {

using transform::Applied;
using transform::FieldType;

// Writes the first bytes of `category:value` that fit: enough to see what it
// was called with.
class FakePseudonymizer final : public transform::Pseudonymizer {
 public:
  bool Pseudonymize(std::string_view category, bool is_subject,
                    std::string_view value, unsigned char* out) const override {
    std::string seen =
        std::string(category) + (is_subject ? "!" : ":") + std::string(value);
    seen.resize(kSize, '.');
    std::memcpy(out, seen.data(), kSize);
    return true;
  }
};

inline std::unique_ptr<const transform::Transform> CompileOrDie(
    const v1::Transform& form, FieldType type, const Scanners& scanners = {}) {
  auto compiled =
      transform::Compile(form, {type, "account.email", ""}, scanners);
  REQUIRE_OK(compiled);
  return *std::move(compiled);
}

// Returns the result, or nullopt if the value was dropped.
inline std::optional<std::string> ApplyToBytes(
    const transform::Transform& transform, std::string_view in) {
  constexpr char kGuard = 0x5A;
  const FakePseudonymizer pseudonymizer;
  const std::size_t room = transform.MaxOut(in.size());
  std::string out(room + 8, kGuard);
  std::size_t size = 0;
  const Applied applied =
      transform.ApplyBytes(in, &pseudonymizer, out.data(), &size);
  REQUIRE(out.substr(room) == std::string(8, kGuard));
  REQUIRE(applied != Applied::kFailed);
  if (applied == Applied::kDropped) return std::nullopt;
  REQUIRE(size <= room);
  return out.substr(0, size);
}

inline std::optional<std::string> ApplyToText(const std::string& form,
                                              std::string_view in) {
  return ApplyToBytes(*CompileOrDie(FormOrDie(form), FieldType::kString), in);
}

inline std::uint64_t BitsOf(double value) {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}
inline double DoubleOf(std::uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

inline std::string TimestampBytes(std::int64_t seconds, int nanos = 0) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return timestamp.SerializeAsString();
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_TRANSFORM_APPLY_H_
