// SPDX-License-Identifier: Apache-2.0
//
// Record types that the policy binds by paths, or declares.

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Field;
using v1::Index;
using v1::Policy;
using v1::Record;

constexpr std::uint32_t kMostNumber = 536'870'911;
constexpr std::uint32_t kReservedFrom = 19'000, kReservedTo = 19'999;
constexpr int kMostIndexBits = 256;

// "items.note", "ext.[acme.extra].ip".
bool IsPath(std::string_view path) {
  bool in_brackets = false, at_start = true;
  for (const char c : path) {
    if (c == '[') {
      if (in_brackets || !at_start) return false;
      in_brackets = true;
    } else if (c == ']') {
      if (!in_brackets || at_start) return false;
      in_brackets = false;
    } else if (c == '.') {
      if (at_start) return false;
      at_start = true;
    } else if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_') {
      at_start = false;
    } else {
      return false;
    }
  }
  return !at_start && !in_brackets;
}

std::string_view ParentOf(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view()
                                       : path.substr(0, dot);
}

class RecordCheck {
 public:
  RecordCheck(Checking* checking, int index)
      : checking_(checking),
        record_(checking->policy().record(index)),
        block_{{Policy::kRecordFieldNumber, index}} {
    is_declared_ = std::any_of(record_.field().begin(), record_.field().end(),
                               [](const Field& field) {
                                 return field.type() != Field::TYPE_UNSPECIFIED;
                               });
  }

  void Run() {
    if (!record_.subject_kind().empty()) {
      checking_->Refer(Kind::kSubjectKind, record_.subject_kind(),
                       Below(block_, Record::kSubjectKindFieldNumber));
    }
    for (int i = 0; i < record_.field_size(); ++i) {
      CheckField(record_.field(i),
                 Below(block_, {Record::kFieldFieldNumber, i}));
    }
    CheckPathOf(record_.subject(), Below(block_, Record::kSubjectFieldNumber));
    CheckPathOf(record_.created(), Below(block_, Record::kCreatedFieldNumber));
  }

 private:
  // A path of the record as such. That of a foreign type is checked when the
  // type is bound.
  void CheckPathOf(const std::string& path, const FieldPath& at) {
    if (path.empty()) return;
    if (!IsPath(path)) {
      checking_->Error(at, absl::StrCat(Quoted(path), " is no path of a field"),
                       "write names with dots between, such as `items.note`");
    } else if (is_declared_ && !paths_.contains(path)) {
      checking_->Error(at,
                       absl::StrCat("the record has no field ", Quoted(path)),
                       "declare it with `field { path: \"…\" … }`");
    }
  }

  void CheckField(const Field& field, const FieldPath& at) {
    const FieldPath path = Below(at, Field::kPathFieldNumber);
    if (!IsPath(field.path())) {
      checking_->Error(
          path, absl::StrCat(Quoted(field.path()), " is no path of a field"),
          "write names with dots between, such as `items.note`");
    } else if (!paths_.emplace(field.path(), field.number()).second) {
      checking_->Error(path,
                       absl::StrCat("the field ", Quoted(field.path()),
                                    " is declared twice"),
                       "remove one");
    }
    CheckTag(field, at);
    CheckDeclared(field, at);
    if (field.has_index()) {
      CheckIndex(field.index(), Below(at, Field::kIndexFieldNumber));
    }
    if (!field.about().empty()) {
      checking_->NotSupported(Below(at, Field::kAboutFieldNumber), "`about`",
                              "keep what is about another person in a record "
                              "of its own");
    }
    if (field.pad()) {
      checking_->NotSupported(Below(at, Field::kPadFieldNumber), "`pad`",
                              "remove it: lengths show until then");
    }
  }

  void CheckTag(const Field& field, const FieldPath& at) {
    const FieldPath categories = Below(at, Field::kCategoriesFieldNumber);
    checking_->ReferAll(Kind::kCategory, field.categories(), categories,
                        Star::kNo, Group::kNo);
    const bool is_block = field.type() == Field::MESSAGE;
    if (field.public_() && field.categories_size() > 0) {
      checking_->Error(Below(at, Field::kPublicFieldNumber),
                       absl::StrCat("the field ", Quoted(field.path()),
                                    " has categories and is public"),
                       "remove one of them");
    } else if (!field.public_() && field.categories_size() == 0 && !is_block) {
      checking_->Error(
          at,
          absl::StrCat("the field ", Quoted(field.path()), " has no category"),
          "write `categories: [\"…\"]`, or `public: true` if it "
          "is not personal");
    }
  }

  void CheckDeclared(const Field& field, const FieldPath& at) {
    if (!is_declared_) {
      if (field.number() != 0 || field.repeated()) {
        checking_->Error(
            Below(at, field.number() != 0 ? Field::kNumberFieldNumber
                                          : Field::kRepeatedFieldNumber),
            "only the fields of a declared record have this",
            "give each field of the record a `type`, or remove it");
      }
      return;
    }
    if (field.type() == Field::TYPE_UNSPECIFIED) {
      checking_->Error(at,
                       absl::StrCat("the field ", Quoted(field.path()),
                                    " of a declared record has no type"),
                       "write `type: STRING`, or what it holds");
    }
    CheckNumber(field, Below(at, Field::kNumberFieldNumber));
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
    if (!numbers_.emplace(key, 0).second) {
      checking_->Error(at,
                       absl::StrCat("the number ", number, " is taken already"),
                       "give each field its own");
    }
  }

  void CheckIndex(const Index& index, const FieldPath& at) {
    const FieldPath bits = Below(at, Index::kBitsFieldNumber);
    if (index.bits() < 0 || index.bits() > kMostIndexBits) {
      checking_->Error(bits,
                       absl::StrCat("an index of ", index.bits(), " bits"),
                       "write 1 to 256, or leave it out");
    } else if (index.unique() && index.bits() != 0) {
      checking_->Error(bits, "a unique index has all bits", "remove `bits`");
    }
    if (index.population() < 0) {
      checking_->Error(Below(at, Index::kPopulationFieldNumber),
                       "a population is not negative",
                       "write how many different values there are");
    }
  }

  Checking* checking_;
  const Record& record_;
  const FieldPath block_;
  bool is_declared_ = false;
  absl::flat_hash_map<std::string, std::uint32_t> paths_;
  absl::flat_hash_map<std::string, int> numbers_;
};

}  // namespace

void CheckRecords(Checking* checking) {
  for (int i = 0; i < checking->policy().record_size(); ++i) {
    RecordCheck(checking, i).Run();
  }
}

}  // namespace privet::policy
