// SPDX-License-Identifier: Apache-2.0
//
// A transform of the policy, compiled for one field: makes a value smaller as
// it lies on the wire.

#ifndef PRIVET_TRANSFORM_TRANSFORM_H_
#define PRIVET_TRANSFORM_TRANSFORM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/transform.h"

namespace privet::v1 {
class Transform;
}  // namespace privet::v1

namespace privet::transform {

// What a field holds, as far as transforms see a difference.
enum class FieldType : std::uint8_t {
  kString,
  kBytes,
  kInt32,      // int32, sint32, sfixed32
  kInt64,      // int64, sint64, sfixed64
  kUint32,     // uint32, fixed32
  kUint64,     // uint64, fixed64
  kFloat,      //
  kDouble,     //
  kBool,       //
  kEnum,       //
  kTimestamp,  // google.protobuf.Timestamp
  kMessage,    // any other message or group
};

// Returns whether values of `type` go through ApplyNumber(); the others go
// through ApplyBytes().
bool IsNumber(FieldType type);

// Returns the name of `type` for messages, such as `string`.
std::string_view FieldTypeName(FieldType type);

// The field that a transform is compiled for.
struct Target {
  FieldType type = FieldType::kMessage;
  // The first of the field's categories, by its name of today: what `replace {
  // category_name: true }` writes, and what scanners are asked about.
  std::string category;
  // The oldest name of that category (`was`): what pseudonyms are bound to.
  // Empty: `category`.
  std::string sealed_category;
  // It holds the id of the person whom the record is about: a pseudonym of it
  // dies with the person.
  bool is_subject = false;
};

// Makes pseudonyms for one call: bound to the recipient, and to keys that
// live in the key layer. Implemented by the engine.
class Pseudonymizer {
 public:
  static constexpr std::size_t kSize = 16;
  // A value that is hashed has its length, a u16, before it.
  static constexpr std::size_t kLongestValue = 65'535;

  virtual ~Pseudonymizer() = default;

  // Writes the kSize bytes that stand for `value`, of at most kLongestValue
  // bytes, in `category` to `out`. `is_subject` as in Target. Equal for equal
  // arguments. No I/O; false if the key is not at hand, which fails the whole
  // call.
  virtual bool Pseudonymize(std::string_view category, bool is_subject,
                            std::string_view value,
                            unsigned char* out) const = 0;
};

// What became of a value.
enum class Applied : std::uint8_t {
  kKept,     // the output holds its smaller form
  kDropped,  // it is left out: by its form, or because it did not parse
  kFailed,   // the call must fail: a key was not at hand
  kTooLong,  // the call must fail: no pseudonym is made of so long a value
};

// One transform for one field. Immutable and thread-safe; applying one does no
// I/O and does not allocate.
//
// A value that does not parse (an address that is none, text that is not
// UTF-8) is dropped: the form says what may be shown, and there is nothing of
// that form to show.
class Transform {
 public:
  virtual ~Transform() = default;
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;

  // Returns whether every value is dropped.
  virtual bool drops_all() const { return false; }

  // Returns whether every value is kept as it is.
  virtual bool keeps_all() const { return false; }

  // Returns whether it asks the Pseudonymizer.
  virtual bool needs_pseudonymizer() const { return false; }

  // Returns how many bytes ApplyBytes() may touch at `out` for an input of
  // `size` bytes: the result, and for a chain room to work in.
  virtual std::size_t MaxOut(std::size_t size) const { return size; }

  // Transforms a string (its bytes), bytes, or a message (its serialization).
  // `out` has MaxOut(in.size()) bytes apart from `in`; if kKept, the result is
  // its first `*out_size` bytes. `pseudonymizer` may be null where
  // needs_pseudonymizer() is false; where it is true, null is kFailed.
  virtual Applied ApplyBytes(std::string_view in,
                             const Pseudonymizer* pseudonymizer, char* out,
                             std::size_t* out_size) const;

  // Transforms a number in place. `*value` is, by type: signed integers in
  // two's complement of 64 bits (after zigzag decoding), unsigned ones as they
  // are, double and float as their IEEE bits (float: the low 32), bool 0 or 1,
  // an enum its number as int32.
  virtual Applied ApplyNumber(std::uint64_t* value) const;

 protected:
  Transform() = default;
};

// Returns whether `form` fits a field of `type`. InvalidArgument names the
// form, the type, and what the form is for; the caller adds the field's path.
// Also fails where Validate() does.
absl::Status CheckFits(const v1::Transform& form, FieldType type);

// Compiles `form` for `target`. Fails where CheckFits() does. `scan` drops
// unless `scanners` has the named one, which must accept the category; it is
// kept alive by the result.
absl::StatusOr<std::unique_ptr<const Transform>> Compile(
    const v1::Transform& form, const Target& target, const Scanners& scanners);

// Returns the transform that drops every value: what is applied to a value
// that its form does not fit, where that is no error.
std::unique_ptr<const Transform> MakeDrop();

}  // namespace privet::transform

#endif  // PRIVET_TRANSFORM_TRANSFORM_H_
