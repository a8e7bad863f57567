// SPDX-License-Identifier: Apache-2.0
//
// What the options of a .proto and the paths of a policy say of fields.

#ifndef PRIVET_RECORD_TAGS_H_
#define PRIVET_RECORD_TAGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "policy/snapshot.h"
#include "privet/v1/annotations.pb.h"
#include "privet/v1/policy.pb.h"
#include "record/rules.h"

namespace privet::record {

// What a field is tagged with.
struct Tag {
  bool is_public = false;
  std::vector<policy::Category> categories;  // sorted; empty if public
  policy::Category first = 0;                // as it was written
  std::optional<v1::Index> index;
};

// What is said of the record type as such.
struct RecordTags {
  std::string subject, subject_kind, created;
  v1::Record::Split split = v1::Record::BY_FATE;
};

// Reads the tags of one record type: options on fields and messages, and the
// paths of its `record` block, which must agree where both speak.
class TagReader {
 public:
  TagReader(const Rules& rules, const google::protobuf::Descriptor* type);

  const v1::Record* declared() const { return declared_; }

  // Returns what is said of the type. Faults go to `errors`.
  RecordTags ReadRecord(std::vector<std::string>* errors) const;

  // Returns the field's own tag, or nullopt if it has none. `path` is its path
  // from the root. Faults go to `errors`, and then the tag is public, which
  // never binds: there are errors. `unsupported` is set for what comes later.
  std::optional<Tag> ReadOwn(const google::protobuf::FieldDescriptor& field,
                             const std::string& path,
                             std::vector<std::string>* errors,
                             bool* unsupported);
  // The same for the key or value of a map, of which only the policy speaks.
  std::optional<Tag> ReadPath(const std::string& path,
                              std::vector<std::string>* errors,
                              bool* unsupported);
  // Returns the tag `all` of a message.
  std::optional<Tag> ReadAll(const google::protobuf::Descriptor& message,
                             const std::string& path,
                             std::vector<std::string>* errors,
                             bool* unsupported) const;

  // Returns the paths of the policy that no field was found for.
  std::vector<std::string> UnusedPaths() const;

 private:
  std::optional<v1::FieldTag> FromPolicy(const std::string& path);
  std::optional<Tag> Resolve(const v1::FieldTag& said, const std::string& path,
                             std::vector<std::string>* errors,
                             bool* unsupported) const;

  const Rules& rules_;
  const google::protobuf::Descriptor* const type_;
  const v1::Record* const declared_;
  struct Said {
    const v1::Field* field = nullptr;
    bool used = false;
  };
  std::map<std::string, Said> paths_;
};

// Returns whether the descriptor says `debug_redact` of the field.
bool IsRedacted(const google::protobuf::FieldDescriptor& field);

}  // namespace privet::record

#endif  // PRIVET_RECORD_TAGS_H_
