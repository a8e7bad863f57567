// SPDX-License-Identifier: Apache-2.0
//
// Message types out of .proto text, as a host that knows them only at run time
// has them.

#ifndef PRIVET_TESTS_RECORD_SCHEMA_H_
#define PRIVET_TESTS_RECORD_SCHEMA_H_

#include <memory>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"

namespace privet::testing {

class Schema {
 public:
  // Takes the body of a .proto; the syntax line (proto3 by default), the
  // package `t` and the imports are put before it. Ends the test if it does not
  // compile.
  explicit Schema(const std::string& body,
                  const std::string& syntax = "proto3");

  // Returns the message type `t.name`.
  const google::protobuf::Descriptor* Type(const std::string& name) const;

  // Returns the message, or its bytes, that `text` (text format) describes.
  std::unique_ptr<google::protobuf::Message> Message(const std::string& name,
                                                     const std::string& text);
  std::string Bytes(const std::string& name, const std::string& text);
  // Returns the text of serialized bytes, on one line; unknown fields show.
  std::string Text(const std::string& name, std::string_view bytes);

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_SCHEMA_H_
