// SPDX-License-Identifier: Apache-2.0
//
// Where data may be, and how long: every category that is stored has an end.

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/keep.h"
#include "policy/checking.h"
#include "policy/names.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Policy;
using v1::Residency;
using v1::Retention;

bool Covers(const Retention& retention, std::string_view category) {
  return AnyIdCovers(retention.categories(), category) &&
         !AnyIdCovers(retention.except_categories(), category);
}

void CheckResidency(Checking* checking, int i) {
  const Residency& residency = checking->policy().residency(i);
  const FieldPath block{{Policy::kResidencyFieldNumber, i}};
  const FieldPath categories = Below(block, Residency::kCategoriesFieldNumber);
  const FieldPath regions = Below(block, Residency::kRegionsFieldNumber);
  checking->ReferAll(Kind::kCategory, residency.categories(), categories,
                     Star::kAllowed);
  checking->ReferAll(Kind::kRegion, residency.regions(), regions,
                     Star::kAllowed);
  checking->ReferAll(Kind::kRegion, residency.subject_regions(),
                     Below(block, Residency::kSubjectRegionsFieldNumber));
  if (residency.categories_size() == 0) {
    checking->Error(categories, "the residency names no category",
                    "write `categories: [\"…\"]`, or \"*\" for all");
  }
  if (residency.regions_size() == 0) {
    checking->Error(regions, "the residency names no region",
                    "write `regions: [\"…\"]`: where the data may be");
  }
}

class RetentionCheck {
 public:
  RetentionCheck(Checking* checking, int index)
      : checking_(checking),
        retention_(checking->policy().retention(index)),
        block_{{Policy::kRetentionFieldNumber, index}} {}

  void Run() {
    const FieldPath categories = At(Retention::kCategoriesFieldNumber);
    checking_->ReferAll(Kind::kCategory, retention_.categories(), categories,
                        Star::kAllowed);
    checking_->ReferAll(Kind::kCategory, retention_.except_categories(),
                        At(Retention::kExceptCategoriesFieldNumber));
    checking_->ReferAll(Kind::kRegion, retention_.subject_regions(),
                        At(Retention::kSubjectRegionsFieldNumber));
    if (retention_.categories_size() == 0) {
      checking_->Error(categories, Says("names no category"),
                       "write `categories: [\"…\"]`, or \"*\" for all");
    }
    if (!retention_.obligation().empty()) {
      checking_->Refer(Kind::kObligation, retention_.obligation(),
                       At(Retention::kObligationFieldNumber));
    }
    CheckLength();
    CheckAfter();
    CheckThen();
  }

 private:
  FieldPath At(FieldStep step) const { return Below(block_, step); }
  std::string Says(std::string_view what) const {
    return absl::StrCat("retention ", Quoted(retention_.id()), " ", View(what));
  }

  void CheckLength() {
    const FieldPath path = At(Retention::kKeepFieldNumber);
    if (retention_.keep().empty()) {
      checking_->Error(path, Says("does not say how long"),
                       "write `keep: \"30d\"`, or `keep: \"0d\"` with `after`");
      return;
    }
    checking_->CheckKeep(retention_.keep(), path);
    const auto keep = base::Keep::Parse(retention_.keep());
    if (keep.ok() && keep->count == 0 && CountsFromCreation(retention_)) {
      checking_->Error(path, Says("ends when the record is made"),
                       "write a length, or `after` with an event");
    }
  }

  void CheckAfter() {
    for (int i = 0; i < retention_.after_size(); ++i) {
      const std::string_view event = retention_.after(i);
      const FieldPath path = At({Retention::kAfterFieldNumber, i});
      if (event == "created") {
        if (retention_.after_size() > 1) {
          checking_->NotSupported(path, "`created` beside other events",
                                  "write a retention for each, of which the "
                                  "earliest end counts");
        }
        continue;
      }
      const std::size_t colon = event.find(':');
      if (colon == std::string_view::npos) {
        checking_->Refer(Kind::kEvent, event, path);
        continue;
      }
      const std::string_view what = event.substr(0, colon);
      if (what == "withdrawn" || what == "objected") {
        checking_->Refer(Kind::kPurpose, event.substr(colon + 1), path,
                         what == "withdrawn" ? Group::kNo : Group::kAllowed);
      } else {
        checking_->Error(path, absl::StrCat(Quoted(event), " is no event"),
                         "declare one, or write `withdrawn:<purpose>` or "
                         "`objected:<purpose>`");
      }
    }
  }

  void CheckThen() {
    const FieldPath then = At(Retention::kThenFieldNumber);
    const bool anonymizes = retention_.then() == Retention::ANONYMIZE;
    if (retention_.then() == Retention::THEN_UNSPECIFIED) {
      checking_->Error(then, Says("does not say what happens at its end"),
                       "write `then: DELETE` or `then: ANONYMIZE`");
    }
    if (anonymizes && retention_.residue_size() == 0) {
      checking_->Error(then, Says("anonymizes, and says nothing that stays"),
                       "write a `residue` with `becomes`, or `then: DELETE`");
    }
    for (int i = 0; i < retention_.residue_size(); ++i) {
      const FieldPath path = At({Retention::kResidueFieldNumber, i});
      CheckResidue(retention_.residue(i), path);
      if (!anonymizes && retention_.then() != Retention::THEN_UNSPECIFIED) {
        checking_->Error(path, Says("deletes, and has a residue"),
                         "write `then: ANONYMIZE`, or remove it");
      }
    }
  }

  void CheckResidue(const v1::Transform& residue, const FieldPath& path) {
    CheckTransform(checking_, residue, path, Becomes::kAllowed);
    if (HasPseudonym(residue)) {
      checking_->Error(
          path,
          Says("leaves a pseudonym, and it is made for a recipient, whom a "
               "residue has not"),
          "write another form, such as `drop {}`");
    }
    if (residue.becomes().empty()) {
      checking_->Error(path, "a residue does not say what it becomes",
                       "write `becomes: \"…\"`: a category with a retention of "
                       "its own");
    }
    for (int i = 0; i < residue.categories_size(); ++i) {
      const std::string& id = residue.categories(i);
      const bool is_known = checking_->Find(Kind::kCategory, id) >= 0 ||
                            checking_->IsGroup(Kind::kCategory, id);
      if (!is_known || Selects(id)) continue;
      checking_->Error(Below(path, {v1::Transform::kCategoriesFieldNumber, i}),
                       Says(absl::StrCat("does not cover ", Quoted(id))),
                       "add it to `categories`, or remove the residue");
    }
  }

  // Whether this retention covers `id`, or something beneath it.
  bool Selects(std::string_view id) const {
    if (Covers(retention_, id)) return true;
    for (const std::string_view name : checking_->Names(Kind::kCategory)) {
      if (IdCovers(id, name) && Covers(retention_, name)) return true;
    }
    return false;
  }

  Checking* checking_;
  const Retention& retention_;
  const FieldPath block_;
};

// Retentions by category: what covers each leaf.
void CheckObligations(Checking* checking) {
  const Policy& policy = checking->policy();
  std::vector<int> obliging;
  for (int i = 0; i < policy.retention_size(); ++i) {
    if (!policy.retention(i).obligation().empty()) obliging.push_back(i);
  }
  for (const std::string_view name : checking->Names(Kind::kCategory)) {
    if (checking->IsGroup(Kind::kCategory, name)) continue;
    int first = -1;
    for (const int i : obliging) {
      const Retention& retention = policy.retention(i);
      if (!Covers(retention, name)) continue;
      if (first < 0) {
        first = i;
      } else if (policy.retention(first).obligation() !=
                 retention.obligation()) {
        checking->Error(
            {{Policy::kRetentionFieldNumber, i},
             Retention::kObligationFieldNumber},
            absl::StrCat("category ", Quoted(name),
                         " is kept under two obligations, ",
                         Quoted(policy.retention(first).obligation()), " and ",
                         Quoted(retention.obligation())),
            "split the category, or except it from one of the retentions");
      }
    }
  }
}

// Reports a category that is stored, at `path`, and has no retention.
class CoverCheck {
 public:
  explicit CoverCheck(Checking* checking) : checking_(checking) {}

  void CheckStored(const std::string& category, const FieldPath& path) {
    if (checking_->Find(Kind::kCategory, category) < 0) return;
    const auto [entry, is_new] = covered_.emplace(category, false);
    if (is_new) {
      for (const Retention& retention : checking_->policy().retention()) {
        entry->second = entry->second || Covers(retention, category);
      }
    }
    if (entry->second) return;
    checking_->Error(
        path,
        absl::StrCat("category ", Quoted(category),
                     " is stored, and no retention covers it"),
        absl::StrCat("write `retention { id: \"…\"  categories: "
                     "[\"",
                     category, "\"]  keep: \"30d\"  then: DELETE }`"));
  }

 private:
  Checking* checking_;
  absl::flat_hash_map<std::string, bool> covered_;
};

void CheckStoredCategories(Checking* checking) {
  const Policy& policy = checking->policy();
  if (checking->incomplete().contains(Policy::kRetentionFieldNumber)) return;
  CoverCheck cover(checking);
  for (int i = 0; i < policy.record_size(); ++i) {
    for (int j = 0; j < policy.record(i).field_size(); ++j) {
      const v1::Field& field = policy.record(i).field(j);
      for (int k = 0; k < field.categories_size(); ++k) {
        cover.CheckStored(field.categories(k),
                          {{Policy::kRecordFieldNumber, i},
                           {v1::Record::kFieldFieldNumber, j},
                           {v1::Field::kCategoriesFieldNumber, k}});
      }
    }
  }
  for (int i = 0; i < policy.retention_size(); ++i) {
    for (int j = 0; j < policy.retention(i).residue_size(); ++j) {
      cover.CheckStored(policy.retention(i).residue(j).becomes(),
                        {{Policy::kRetentionFieldNumber, i},
                         {Retention::kResidueFieldNumber, j},
                         v1::Transform::kBecomesFieldNumber});
    }
  }
}

}  // namespace

void CheckRetention(Checking* checking) {
  const Policy& policy = checking->policy();
  for (int i = 0; i < policy.residency_size(); ++i) {
    CheckResidency(checking, i);
  }
  for (int i = 0; i < policy.retention_size(); ++i) {
    RetentionCheck(checking, i).Run();
  }
  CheckObligations(checking);
  CheckStoredCategories(checking);
}

}  // namespace privet::policy
