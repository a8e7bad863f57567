// SPDX-License-Identifier: Apache-2.0
//
// Record types that the policy declares, for want of a .proto: what protobuf
// would refuse, and what could not be bound.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/record_paths.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Field;
using v1::Record;

constexpr std::uint32_t kMostNumber = 536'870'911;
constexpr std::uint32_t kReservedFrom = 19'000, kReservedTo = 19'999;

// Two fields whose names differ by `_` and capitals only are one in JSON, and
// protobuf refuses them.
std::string Squeezed(std::string_view name) {
  std::string squeezed;
  for (const char c : name) {
    if (c == '_') continue;
    squeezed.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return squeezed;
}

// Whether its values are text, bytes or whole numbers: what names a person, and
// what records are found by.
bool IsKey(const Field& field) {
  return field.type() == Field::STRING || field.type() == Field::BYTES ||
         field.type() == Field::INT64 || field.type() == Field::DECIMAL;
}

std::string TypeWord(const Field& field) {
  return Field::Type_Name(field.type());
}

class DeclaredCheck {
 public:
  DeclaredCheck(Checking* checking, int index, const FieldsByPath& by_path)
      : checking_(checking),
        record_(checking->policy().record(index)),
        block_{{v1::Policy::kRecordFieldNumber, index}},
        by_path_(by_path) {
    for (const Field& field : record_.field()) FindUses(field);
  }

  void Run() {
    for (int i = 0; i < record_.field_size(); ++i) {
      CheckField(record_.field(i),
                 Below(block_, {Record::kFieldFieldNumber, i}));
    }
    CheckSubject();
    CheckCreated();
  }

 private:
  const Field* Find(std::string_view path) const {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? nullptr : found->second;
  }

  // Notes what the messages around `field` are there for.
  void FindUses(const Field& field) {
    filled_.insert(ParentOf(field.path()));
    if (field.type() == Field::MESSAGE || IsTagged(field)) return;
    const Field* const around = FindTagAround(by_path_, field.path());
    if (around != nullptr) handing_down_.insert(around);
  }

  bool MayRepeat(const Field& field) const {
    if (LiesTooDeep(field.path())) return field.repeated();
    for (std::string_view at = field.path(); !at.empty(); at = ParentOf(at)) {
      const Field* found = Find(at);
      if (found != nullptr && found->repeated()) return true;
    }
    return false;
  }

  void CheckField(const Field& field, const FieldPath& at) {
    if (field.type() == Field::TYPE_UNSPECIFIED) {
      checking_->Error(at,
                       absl::StrCat("the field ", Quoted(field.path()),
                                    " of a declared record has no type"),
                       "write `type: STRING`, or what it holds");
    }
    CheckNumber(field, Below(at, Field::kNumberFieldNumber));
    if (IsFieldPath(field.path())) {
      CheckPlace(field, Below(at, Field::kPathFieldNumber));
    }
    if (field.type() == Field::MESSAGE) CheckMessage(field, at);
    if (field.has_index()) {
      CheckIndex(field, Below(at, Field::kIndexFieldNumber));
    }
  }

  void CheckNumber(const Field& field, const FieldPath& at) {
    const std::uint32_t number = field.number();
    const bool reserved = number >= kReservedFrom && number <= kReservedTo;
    if (number == 0 || number > kMostNumber || reserved) {
      checking_->Error(at,
                       absl::StrCat("the field ", Quoted(field.path()),
                                    number == 0 ? " has no number"
                                                : " has a number out of range"),
                       "write a number of its own, from 1 on, and never change "
                       "it (protobuf keeps 19000 to 19999 for itself)");
      return;
    }
    const std::string key =
        absl::StrCat(View(ParentOf(field.path())), "/", number);
    const auto [taken, is_new] = numbers_.emplace(key, field.path());
    if (!is_new) {
      checking_->Error(at,
                       absl::StrCat("the number ", number, " of the field ",
                                    Quoted(field.path()), " is that of ",
                                    Quoted(taken->second), " already"),
                       "give each field its own");
    }
  }

  void CheckPlace(const Field& field, const FieldPath& at) {
    const std::string& path = field.path();
    if (path.find('[') != std::string::npos) {
      checking_->Error(
          at, absl::StrCat(Quoted(path), " names an extension"),
          "give the field a plain name: a declared record has none");
      return;
    }
    if (LiesTooDeep(path)) {
      checking_->Error(
          at, absl::StrCat(Quoted(path), " lies too deep"),
          absl::StrCat("declare at most ", kMostLevels, " levels"));
      return;
    }
    CheckName(path, at);
    const std::string_view parent = ParentOf(path);
    if (parent.empty()) return;
    const Field* const around = Find(parent);
    if (around == nullptr) {
      checking_->Error(
          at,
          absl::StrCat("the field ", Quoted(path), " lies in ", Quoted(parent),
                       ", which the record does not declare"),
          absl::StrCat("write `field { path: \"", View(parent),
                       "\"  type: MESSAGE  number: … }`"));
    } else if (around->type() != Field::MESSAGE &&
               around->type() != Field::TYPE_UNSPECIFIED) {
      checking_->Error(
          at,
          absl::StrCat("the field ", Quoted(path), " lies in ", Quoted(parent),
                       ", which is of type ", TypeWord(*around)),
          "only a MESSAGE has fields; make it one, or correct the "
          "path");
    }
  }

  void CheckName(const std::string& path, const FieldPath& at) {
    const std::string_view name = NameOf(path);
    if (absl::ascii_isdigit(static_cast<unsigned char>(name[0]))) {
      checking_->Error(
          at, absl::StrCat("the name ", Quoted(name), " begins with a digit"),
          "begin it with a letter");
      return;
    }
    const std::string key =
        absl::StrCat(View(ParentOf(path)), "/", Squeezed(name));
    const auto [taken, is_new] = names_.emplace(key, path);
    if (!is_new && taken->second != path) {
      checking_->Error(
          at,
          absl::StrCat("the fields ", Quoted(taken->second), " and ",
                       Quoted(path), " differ by `_` and capitals only"),
          "rename one: protobuf has one JSON name for both");
    }
  }

  void CheckMessage(const Field& field, const FieldPath& at) {
    if (!filled_.contains(field.path())) {
      checking_->Error(
          at,
          absl::StrCat("the message ", Quoted(field.path()), " has no fields"),
          absl::StrCat("declare one, `field { path: \"", field.path(),
                       ".…\" … }`, or remove it"));
    } else if (IsTagged(field) && !handing_down_.contains(&field)) {
      checking_->Error(
          Below(at, field.public_() ? Field::kPublicFieldNumber
                                    : Field::kCategoriesFieldNumber),
          absl::StrCat("the tag of ", Quoted(field.path()),
                       " decides nothing: each field in it has its own"),
          "remove it");
    }
  }

  void CheckIndex(const Field& field, const FieldPath& at) {
    if (!IsKey(field) && field.type() != Field::TYPE_UNSPECIFIED) {
      checking_->Error(
          at,
          absl::StrCat("the field ", Quoted(field.path()), ", of type ",
                       TypeWord(field), ", cannot be indexed"),
          "remove `index`: it is for STRING, BYTES, INT64 and "
          "DECIMAL");
      return;
    }
    if (!IsTagged(field)) {
      checking_->Error(at,
                       absl::StrCat("the field ", Quoted(field.path()),
                                    " has an index and no category of its own"),
                       "write its `categories`");
    }
    if (field.index().unique() && MayRepeat(field)) {
      checking_->Error(Below(at, v1::Index::kUniqueFieldNumber),
                       absl::StrCat("a record may have several values of ",
                                    Quoted(field.path())),
                       "remove `unique`");
    }
  }

  // Returns the field of a role that one record has once, or null.
  const Field* FindOnce(const std::string& path, const FieldPath& at) {
    const Field* const field = path.empty() ? nullptr : Find(path);
    // That it is missing is said where the path is checked.
    if (field == nullptr || field->type() == Field::TYPE_UNSPECIFIED) {
      return nullptr;
    }
    if (MayRepeat(*field)) {
      checking_->Error(
          at,
          absl::StrCat("a record may have several values of ", Quoted(path)),
          "name a field that is not repeated, nor in a message "
          "that is");
      return nullptr;
    }
    return field;
  }

  void CheckSubject() {
    const FieldPath at = Below(block_, Record::kSubjectFieldNumber);
    const Field* const field = FindOnce(record_.subject(), at);
    if (field == nullptr || IsKey(*field)) return;
    checking_->Error(at,
                     absl::StrCat("the subject ", Quoted(field->path()),
                                  " is of type ", TypeWord(*field)),
                     "name a field of type STRING, BYTES, INT64 or DECIMAL");
  }

  void CheckCreated() {
    const FieldPath at = Below(block_, Record::kCreatedFieldNumber);
    const Field* const field = FindOnce(record_.created(), at);
    if (field == nullptr || field->type() == Field::TIMESTAMP) return;
    checking_->Error(
        at,
        absl::StrCat("the time of creation ", Quoted(field->path()),
                     " is of type ", TypeWord(*field)),
        "name a field of type TIMESTAMP");
  }

  Checking* checking_;
  const Record& record_;
  const FieldPath block_;
  const FieldsByPath& by_path_;
  absl::flat_hash_set<std::string_view> filled_;    // have fields in them
  absl::flat_hash_set<const Field*> handing_down_;  // whose tag reaches one
  // By the message around and the number, or the squeezed name.
  absl::flat_hash_map<std::string, std::string> numbers_, names_;
};

}  // namespace

void CheckDeclaredRecord(Checking* checking, int index,
                         const FieldsByPath& by_path) {
  DeclaredCheck(checking, index, by_path).Run();
}

}  // namespace privet::policy
