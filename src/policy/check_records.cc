// SPDX-License-Identifier: Apache-2.0
//
// Record types that the policy binds by paths, or declares.

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/record_paths.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Field;
using v1::Index;
using v1::Policy;
using v1::Record;

constexpr int kMostIndexBits = 256;

class RecordCheck {
 public:
  RecordCheck(Checking* checking, int index)
      : checking_(checking),
        record_(checking->policy().record(index)),
        index_(index),
        block_{{Policy::kRecordFieldNumber, index}},
        is_declared_(DeclaresFields(record_)) {
    for (const Field& field : record_.field()) {
      by_path_.emplace(field.path(), &field);
    }
  }

  void Run() {
    if (!record_.subject_kind().empty()) {
      checking_->Refer(Kind::kSubjectKind, record_.subject_kind(),
                       Below(block_, Record::kSubjectKindFieldNumber));
    }
    if (!record_.controller().empty()) {
      checking_->Refer(Kind::kController, record_.controller(),
                       Below(block_, Record::kControllerFieldNumber));
    }
    for (int i = 0; i < record_.field_size(); ++i) {
      CheckField(record_.field(i),
                 Below(block_, {Record::kFieldFieldNumber, i}));
    }
    CheckPathOf(record_.subject(), Below(block_, Record::kSubjectFieldNumber));
    CheckPathOf(record_.created(), Below(block_, Record::kCreatedFieldNumber));
    if (is_declared_) CheckDeclaredRecord(checking_, index_, by_path_);
  }

 private:
  // A path of the record as such. That of a foreign type is checked when the
  // type is bound.
  void CheckPathOf(const std::string& path, const FieldPath& at) {
    if (path.empty()) return;
    if (!IsFieldPath(path)) {
      checking_->Error(at, absl::StrCat(Quoted(path), " is no path of a field"),
                       "write names with dots between, such as `items.note`");
    } else if (is_declared_ && !by_path_.contains(path)) {
      checking_->Error(at,
                       absl::StrCat("the record has no field ", Quoted(path)),
                       "declare it with `field { path: \"…\" … }`");
    }
  }

  void CheckField(const Field& field, const FieldPath& at) {
    const FieldPath path = Below(at, Field::kPathFieldNumber);
    if (!IsFieldPath(field.path())) {
      checking_->Error(
          path, absl::StrCat(Quoted(field.path()), " is no path of a field"),
          "write names with dots between, such as `items.note`");
    } else if (by_path_[field.path()] != &field) {
      checking_->Error(path,
                       absl::StrCat("the field ", Quoted(field.path()),
                                    " is declared twice"),
                       "remove one");
    }
    CheckTag(field, at);
    if (!is_declared_) CheckForeign(field, at);
    if (field.has_index()) {
      CheckIndex(field, Below(at, Field::kIndexFieldNumber));
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
    if (field.public_() && field.categories_size() > 0) {
      checking_->Error(Below(at, Field::kPublicFieldNumber),
                       absl::StrCat("the field ", Quoted(field.path()),
                                    " has categories and is public"),
                       "remove one of them");
    } else if (!IsTagged(field) && !IsCovered(field)) {
      checking_->Error(
          at,
          absl::StrCat("the field ", Quoted(field.path()), " has no category"),
          "write `categories: [\"…\"]`, or `public: true` if it "
          "is not personal");
    }
  }

  // Whether a field of a declared record needs no tag of its own.
  bool IsCovered(const Field& field) const {
    return is_declared_ && (field.type() == Field::MESSAGE ||
                            FindTagAround(by_path_, field.path()) != nullptr);
  }

  void CheckForeign(const Field& field, const FieldPath& at) {
    if (field.number() == 0 && !field.repeated()) return;
    checking_->Error(
        Below(at, field.number() != 0 ? Field::kNumberFieldNumber
                                      : Field::kRepeatedFieldNumber),
        "only the fields of a declared record have this",
        "give each field of the record a `type`, or remove it");
  }

  void CheckIndex(const Field& field, const FieldPath& at) {
    const Index& index = field.index();
    if (field.public_() && index.name().empty()) {
      checking_->Error(at,
                       absl::StrCat("the index of the public field ",
                                    Quoted(field.path()), " has no name"),
                       "write `name: \"…\"`: there is no category to call it "
                       "by");
    }
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
  const int index_;
  const FieldPath block_;
  const bool is_declared_;
  FieldsByPath by_path_;  // of those declared twice the first
};

}  // namespace

void CheckRecords(Checking* checking) {
  for (int i = 0; i < checking->policy().record_size(); ++i) {
    RecordCheck(checking, i).Run();
  }
}

}  // namespace privet::policy
