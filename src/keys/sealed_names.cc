// SPDX-License-Identifier: Apache-2.0

#include "keys/sealed_names.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "keys/catalogue.h"
#include "policy/retention_class.h"
#include "policy/snapshot.h"
#include "policy/text.h"
#include "privet/store.h"

namespace privet::keys {
namespace {

using policy::Sealed;

struct Kind {
  Sealed kind;
  const char* word;
};

constexpr Kind kPolicyId{Sealed::kPolicy, "policy"};
constexpr Kind kCategory{Sealed::kCategory, "category"};
constexpr Kind kRecordType{Sealed::kRecordType, "record type"};
constexpr Kind kRecipient{Sealed::kRecipient, "recipient"};
constexpr Kind kRetention{Sealed::kRetention, "retention"};
constexpr Kind kEvent{Sealed::kEvent, "event"};
constexpr Kind kObligation{Sealed::kObligation, "obligation"};

constexpr Kind kKinds[] = {kPolicyId,  kCategory, kRecordType, kRecipient,
                           kRetention, kEvent,    kObligation};

// Such as `withdrawn:ads`: no policy declares it.
bool IsBuiltIn(std::string_view event) {
  return event == "created" || event.find(':') != std::string_view::npos;
}

// Gathers the ids that a policy has lost, each once.
class Lost {
 public:
  explicit Lost(const policy::Snapshot& next) {
    for (const Kind& kind : kKinds) {
      for (const std::string_view name : next.OldestNames(kind.kind)) {
        kept_.insert(Key(kind, name));
      }
    }
  }

  void Look(const Kind& kind, std::string_view name) {
    std::string key = Key(kind, name);
    if (!kept_.insert(key).second) return;
    lost_.push_back(std::move(key));
  }

  absl::Status ToStatus() const {
    if (lost_.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the policy does not declare ", absl::StrJoin(lost_, ", "),
        ", by which data was sealed; such ids are kept for ever: if one was "
        "renamed, write the name that it had first in `was` of the new one, "
        "else declare it again"));
  }

 private:
  static std::string Key(const Kind& kind, std::string_view name) {
    return absl::StrCat(kind.word, " ", policy::Quoted(name));
  }

  absl::flat_hash_set<std::string> kept_;
  std::vector<std::string> lost_;
};

const Kind* KindOf(NameKind kind) {
  switch (kind) {
    case NameKind::kPolicy:
      return &kPolicyId;
    case NameKind::kRecordType:
      return &kRecordType;
    case NameKind::kRecipient:
      return &kRecipient;
    case NameKind::kCategory:
      return &kCategory;
  }
  return nullptr;
}

void LookAt(const policy::RetentionClass& of, Lost* lost) {
  for (const policy::Period& period : of.periods) {
    lost->Look(kRetention, period.id);
    if (!period.obligation.empty()) lost->Look(kObligation, period.obligation);
    for (const std::string& event : period.after) {
      if (!IsBuiltIn(event)) lost->Look(kEvent, event);
    }
  }
}

}  // namespace

absl::Status CheckSealedNames(const policy::Snapshot& next, Store& vault) {
  Lost lost(next);
  PRIVET_RETURN_IF_ERROR(
      ForEachName(vault, [&lost](NameKind kind, std::string_view name) {
        if (const Kind* of = KindOf(kind)) lost.Look(*of, name);
        return true;
      }));
  PRIVET_ASSIGN_OR_RETURN(const std::vector<policy::RetentionClass> classes,
                          AllClasses(vault));
  for (const policy::RetentionClass& of : classes) LookAt(of, &lost);
  return lost.ToStatus();
}

absl::Status CheckSealedNames(const policy::Snapshot& next,
                              const policy::Snapshot& at_work) {
  Lost lost(next);
  for (const Kind& kind : kKinds) {
    for (const std::string_view name : at_work.OldestNames(kind.kind)) {
      lost.Look(kind, name);
    }
  }
  return lost.ToStatus();
}

}  // namespace privet::keys
