// SPDX-License-Identifier: Apache-2.0
//
// What may be sent to a recipient.

#ifndef PRIVET_SHARED_RECORD_H_
#define PRIVET_SHARED_RECORD_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "privet/id.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace privet {

// A minimized record on its way to one recipient. It exists only once the
// policy has permitted the share and the disclosure is on record, so a sender
// that takes a SharedRecord cannot be handed a raw message. A value.
class SharedRecord {
 public:
  // Returns the serialized message: only what the recipient may see, in the
  // form that it may see it; valid as long as this object.
  const std::string& bytes() const { return bytes_; }

  // Returns the full name of the message type.
  const std::string& type() const { return type_; }

  // Returns the recipient that it was made for, by name: valid as long as the
  // engine.
  RecipientId recipient() const { return recipient_; }

  // Parses into a message of the record's type. InvalidArgument, and `message`
  // is cleared, if it is of another type.
  absl::Status ParseInto(google::protobuf::Message* message) const;

  // Returns the record as a T, a generated message of the record's type.
  template <typename T>
  absl::StatusOr<T> As() const {
    T message;
    absl::Status status = ParseInto(&message);
    if (!status.ok()) return status;
    return message;
  }

 private:
  friend class SharedRecordMaker;  // src/engine/share.cc
  SharedRecord(std::string type, std::string bytes, RecipientId recipient)
      : type_(std::move(type)),
        bytes_(std::move(bytes)),
        recipient_(recipient) {}

  std::string type_, bytes_;
  RecipientId recipient_;
};

}  // namespace privet

#endif  // PRIVET_SHARED_RECORD_H_
