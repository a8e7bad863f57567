// SPDX-License-Identifier: Apache-2.0
//
// Finds the fields that the library reads for itself: whom a record is about,
// when it was made, and under what it is found.

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "record/draft.h"

namespace privet::record {
namespace {

using transform::FieldType;

bool IsText(FieldType type) {
  return type == FieldType::kString || type == FieldType::kBytes;
}

bool IsWholeNumber(FieldType type) {
  return type == FieldType::kInt32 || type == FieldType::kInt64 ||
         type == FieldType::kUint32 || type == FieldType::kUint64;
}

class RoleFinder {
 public:
  explicit RoleFinder(Draft* draft) : draft_(*draft), tables_(*draft->tables) {}

  void Find() {
    const RecordTags tags = draft_.tags.ReadRecord(&draft_.errors);
    CheckKind(tags.subject_kind);
    tables_.subject_kind = tags.subject_kind;
    if (draft_.residue != nullptr) return;  // about nobody
    tables_.subject_path = tags.subject;
    tables_.created_path = tags.created;
    if (!tags.subject.empty()) {
      tables_.subject_field = FindOne("subject", tags.subject);
    }
    if (!tags.created.empty()) {
      tables_.created_field = FindOne("created", tags.created);
    }
    for (const Leaf& leaf : draft_.leaves) {
      if (leaf.tag.index) AddIndex(leaf, *leaf.tag.index);
    }
  }

 private:
  // A kind that no rule can name would be nobody's: what is forbidden for the
  // one that was meant would be permitted.
  void CheckKind(const std::string& kind) {
    if (kind.empty()) return;
    const absl::Status status = draft_.rules.CheckSubjectKind(kind);
    if (status.ok()) return;
    draft_.errors.push_back(
        absl::StrCat("`subject_kind` of the type: ", status.message()));
  }

  std::uint16_t Fail(absl::string_view role, const std::string& path,
                     absl::string_view what) {
    draft_.errors.push_back(
        absl::StrCat("`", role, ": \"", path, "\"` ", what));
    return kNoIndex;
  }

  // Returns the field of a role that one record has once.
  std::uint16_t FindOne(absl::string_view role, const std::string& path) {
    const auto leaf =
        std::find_if(draft_.leaves.begin(), draft_.leaves.end(),
                     [&](const Leaf& l) { return draft_.PathOf(l) == path; });
    if (leaf == draft_.leaves.end()) {
      return Fail(role, path, "is no field of the type; correct the path");
    }
    const Field& field = tables_.fields[leaf->field];
    if (leaf->descriptor->is_repeated() || leaf->unit >= 0) {
      return Fail(role, path,
                  "is repeated, or lies in a repeated message; name a singular "
                  "field outside of them");
    }
    if (LiesInItself(*leaf)) {
      return Fail(role, path,
                  "lies in a message that may hold itself, so that a record "
                  "may have it more than once; name another field");
    }
    if (role == "created") {
      if (field.type != FieldType::kTimestamp) {
        return Fail(role, path,
                    "is no google.protobuf.Timestamp; name one that is");
      }
    } else if (!IsText(field.type) && !IsWholeNumber(field.type)) {
      return Fail(role, path,
                  "is no text, bytes or whole number; name a field that is");
    }
    draft_.EntryAt(leaf->entries[0]).captured = true;
    return leaf->field;
  }

  bool LiesInItself(const Leaf& leaf) const {
    std::uint16_t node = 0;
    const auto& numbers = tables_.fields[leaf.field].numbers;
    for (const std::uint32_t number : numbers) {
      if (std::find(draft_.recursive.begin(), draft_.recursive.end(), node) !=
          draft_.recursive.end()) {
        return true;
      }
      node = tables_.nodes[node].Find(number).node;
    }
    return false;
  }

  // The policy's own names were checked when it was loaded.
  template <typename Fail>
  void CheckIndexName(const std::string& name, const Fail& fail) {
    if (name.empty() ||
        (policy::IsId(name) && name.size() <= policy::kMostIdBytes)) {
      return;
    }
    fail(absl::StrCat("is called `", name.substr(0, policy::kMostIdBytes),
                      "`, which is no name; write lower-case letters, digits, "
                      "`_` and `-`, with dots between parts, ",
                      policy::kMostIdBytes, " bytes at most"));
  }

  void AddIndex(const Leaf& leaf, const v1::Index& said) {
    Field& field = tables_.fields[leaf.field];
    const auto fail = [&](absl::string_view what) {
      draft_.errors.push_back(
          absl::StrCat("field `", field.path, "`: its index ", what));
    };
    if (!IsText(field.type) && !IsWholeNumber(field.type)) {
      fail(
          "is of a type that is not text, bytes or a whole number; take it "
          "out");
      return;
    }
    if (leaf.tag.is_public && said.name().empty()) {
      fail("needs a name, since the field has no category");
      return;
    }
    CheckIndexName(said.name(), fail);
    if (said.unique() && said.bits() != 0) {
      fail("is unique, and has all bits; take `bits` out");
    }
    if (said.unique() && (leaf.descriptor->is_repeated() || leaf.unit >= 0)) {
      fail(
          "is unique, but a record may have several values; take `unique` "
          "out");
    }
    if (said.bits() < 0 || said.bits() > 256 || said.population() < 0) {
      fail("needs `bits` of 0 to 256 and no negative `population`");
    }
    field.has_index = true;
    IndexSpec& index = field.index;
    index.name =
        said.name().empty()
            ? std::string(draft_.rules.SealedCategoryName(leaf.tag.first))
            : said.name();
    index.unique = said.unique();
    index.bits = static_cast<std::uint32_t>(std::max(0, said.bits()));
    index.normal = said.normalize() == v1::Index::EMAIL
                       ? IndexSpec::Normal::kEmail
                   : said.normalize() == v1::Index::CASE_FOLD
                       ? IndexSpec::Normal::kCaseFold
                       : IndexSpec::Normal::kExact;
    draft_.EntryAt(leaf.entries[0]).captured = true;
  }

  Draft& draft_;
  Tables& tables_;
};

}  // namespace

void ResolveRoles(Draft* draft) { RoleFinder(draft).Find(); }

}  // namespace privet::record
