// SPDX-License-Identifier: Apache-2.0
//
// What a host hands in: a message, or the bytes of one.

#ifndef PRIVET_RECORD_H_
#define PRIVET_RECORD_H_

#include <string_view>

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace privet {

// A record on its way in. A view: what it was made from must outlive it, so
// write it as an argument only. Any protobuf message converts, generated or
// dynamic.
class Record {
 public:
  Record(const google::protobuf::Message& message)  // NOLINT: converts
      : message_(&message) {}

  // Returns the record of `type` (a full name, such as `acme.v1.Order`) whose
  // serialized form is `bytes`, at most 64 MiB. They are never parsed into a
  // message; what no serializer writes (a singular field twice, two members of
  // a oneof, padded varints) is InvalidArgument when the record is used.
  static Record Bytes(std::string_view type, std::string_view bytes) {
    return Record(type, bytes);
  }

  // Returns the message, or null for Bytes().
  const google::protobuf::Message* message() const { return message_; }
  std::string_view type() const { return type_; }
  std::string_view bytes() const { return bytes_; }

 private:
  Record(std::string_view type, std::string_view bytes)
      : type_(type), bytes_(bytes) {}

  const google::protobuf::Message* message_ = nullptr;
  std::string_view type_, bytes_;
};

}  // namespace privet

#endif  // PRIVET_RECORD_H_
