// SPDX-License-Identifier: Apache-2.0
//
// The slow, plain implementation by reflection that the pass must agree with.

#ifndef PRIVET_TESTS_RECORD_REFERENCE_H_
#define PRIVET_TESTS_RECORD_REFERENCE_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace privet::testing {

// A message type at one place of a record type, by descriptors alone.
struct Place {
  const google::protobuf::Descriptor* type = nullptr;
  std::string path;      // of its fields, with a dot at the end
  bool in_unit = false;  // in a repeated message or a map
};

// What the test says of one leaf.
struct LeafInfo {
  std::string path;
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string unit;  // path of the outermost repeated message around it
  bool is_map_key = false;
};

// The places and leaves of a type, found by walking it; extensions in
// `untagged` are left out.
class Layout {
 public:
  Layout(const google::protobuf::Descriptor* type,
         std::set<const google::protobuf::FieldDescriptor*> untagged);

  const std::vector<LeafInfo>& leaves() const { return leaves_; }
  // Returns whether every message has a leaf beneath it: else it does not bind.
  bool EveryMessageHasLeaves() const;
  // Returns the extensions that are unknown fields wherever they stand: without
  // a tag, or of a type that is met again in itself.
  std::set<const google::protobuf::FieldDescriptor*> UnknownExtensions() const;
  // Returns whether some extension is an unknown field at one place only.
  bool HasHalfKnownExtensions() const;

  // Which leaves to keep.
  using Keep = std::function<bool(const std::string& leaf_path)>;
  // Deletes from `message` all that is unknown and every leaf but those to
  // keep, and messages beneath which none may be kept.
  void Filter(const Keep& keep, google::protobuf::Message* message) const;
  // Returns whether a message field at `path` may hold a leaf to keep.
  bool Reaches(const std::string& path, const Keep& keep) const;

  // A value of a leaf, to be changed; false: it is dropped.
  using Change = std::function<bool(
      const std::string& leaf_path, google::protobuf::Message* holder,
      const google::protobuf::FieldDescriptor*, int index)>;
  // Applies `change` to each value of each leaf.
  void ChangeLeaves(const Change& change,
                    google::protobuf::Message* message) const;

  static bool IsOneValue(const google::protobuf::Descriptor& type);

 private:
  struct Member {
    const google::protobuf::FieldDescriptor* field = nullptr;
    std::string path;
    int place = -1;  // of a message that is walked; -1: a leaf
    bool is_map = false;
  };
  struct PlaceInfo {
    Place place;
    std::vector<Member> members;
  };
  struct Open {
    const google::protobuf::Descriptor* type;
    std::string unit;
    int place;
  };

  int Walk(const google::protobuf::Descriptor* type, const std::string& path,
           const std::string& unit, std::vector<Open> open);
  void FilterAt(int place, const Keep& keep,
                google::protobuf::Message* message) const;
  void FilterMap(const Member& member, const Keep& keep,
                 google::protobuf::Message* message) const;
  void ChangeAt(int place, const Change& change,
                google::protobuf::Message* message) const;
  bool PlaceReaches(int place, const Keep& keep, std::set<int>* seen) const;
  static void DropUnknown(google::protobuf::Message* message);
  void KeepUnknownEnums(const PlaceInfo& info, const Keep& keep,
                        google::protobuf::Message* message) const;

  std::set<const google::protobuf::FieldDescriptor*> untagged_;
  std::vector<PlaceInfo> places_;
  std::vector<LeafInfo> leaves_;
  // Whether an extension is a field somewhere, and an unknown one somewhere.
  std::set<const google::protobuf::FieldDescriptor*> known_, unknown_;
};

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_REFERENCE_H_
