// SPDX-License-Identifier: Apache-2.0
//
// Subjects: what a person said, written so that the next call obeys it.

#include "privet/subjects.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/purposes.h"
#include "engine/subject_change.h"
#include "policy/snapshot.h"
#include "policy/subject_state.h"
#include "privet/id.h"
#include "privet/subject.h"
#include "privet/v1/policy.pb.h"
#include "subject/state_row.h"
#include "subject/state_store.h"

namespace privet {
namespace {

using engine::ChangePerson;
using engine::Edit;
using subject::RowKind;
using subject::RowStatus;

// A row of the state is short: it is read with each person.
constexpr std::size_t kLargestProfile = std::size_t{16} << 10;

const v1::Policy& PolicyOf(const engine::Core& core) {
  return core.generation().snapshot().policy();
}

std::string TextOf(std::string_view text) { return std::string(text); }

// Returns the row of a kind and name, or null.
const subject::StateRow* FindRow(const subject::Said& said, RowKind kind,
                                 std::string_view name) {
  const auto found = std::find_if(said.rows.begin(), said.rows.end(),
                                  [&](const subject::StateRow& row) {
                                    return row.kind == kind && row.name == name;
                                  });
  return found == said.rows.end() ? nullptr : &*found;
}

absl::Status CheckProfile(const engine::Core& core, const Profile& profile) {
  policy::SubjectState person;
  person.region = TextOf(profile.region.text());
  person.kind = profile.kind;
  for (const FactValue& fact : profile.facts) {
    person.facts.emplace_back(fact.id, fact.value);
  }
  std::size_t size = 0;
  for (const auto& [id, value] : person.facts) size += id.size() + value.size();
  if (size > kLargestProfile) {
    return absl::InvalidArgumentError(
        absl::StrCat("the facts of a profile have at most ", kLargestProfile,
                     " bytes together"));
  }
  return core.generation().snapshot().CheckPerson(person);
}

// The text of a row that says when something happened.
std::string MillisOf(absl::Time at) {
  return absl::StrCat(absl::ToUnixMillis(at));
}

char LetterOf(RestrictionGround ground) {
  return static_cast<char>('a' + static_cast<int>(ground));
}

}  // namespace

absl::Status Subjects::SetProfile(const Subject& subject,
                                  const Profile& profile) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_RETURN_IF_ERROR(CheckProfile(*core_, profile));
  return ChangePerson(*core_, subject, [&](const subject::Said&, Edit* edit) {
    edit->row.kind = RowKind::kProfile;
    edit->row.texts = {TextOf(profile.region.text()), profile.kind};
    for (const FactValue& fact : profile.facts) {
      edit->row.texts.push_back(fact.id);
      edit->row.texts.push_back(fact.value);
    }
    return absl::OkStatus();
  });
}

absl::Status Subjects::GiveConsent(const Subject& subject, PurposeId purpose,
                                   std::string_view evidence) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(
      const std::string name,
      engine::FindLeafPurpose(PolicyOf(*core_), purpose.text()));
  PRIVET_RETURN_IF_ERROR(engine::CheckReference(evidence, "evidence"));
  return ChangePerson(*core_, subject, [&](const subject::Said&, Edit* edit) {
    edit->row.kind = RowKind::kConsent;
    edit->row.name = name;
    edit->history = {TextOf(evidence)};
    return absl::OkStatus();
  });
}

absl::Status Subjects::WithdrawConsent(const Subject& subject,
                                       PurposeId purpose) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(
      const std::string name,
      engine::FindLeafPurpose(PolicyOf(*core_), purpose.text()));
  return ChangePerson(
      *core_, subject, [&](const subject::Said& said, Edit* edit) {
        // A period may count from the first withdrawal.
        const subject::StateRow* before =
            FindRow(said, RowKind::kConsent, name);
        edit->nothing =
            before != nullptr && before->status == RowStatus::kEnded;
        edit->row.kind = RowKind::kConsent;
        edit->row.name = name;
        edit->row.status = RowStatus::kEnded;
        edit->takes_away = true;
        return absl::OkStatus();
      });
}

absl::Status Subjects::Object(const Subject& subject, PurposeId purpose) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(
      const engine::SpokenPurpose spoken,
      engine::FindPurpose(PolicyOf(*core_), purpose.text()));
  const auto& leaves = spoken.leaves;
  const policy::Snapshot& snapshot = core_->generation().snapshot();
  if (std::none_of(leaves.begin(), leaves.end(),
                   [&snapshot](const engine::LeafPurpose& leaf) {
                     return snapshot.MayObject(leaf.id);
                   })) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the law gives no objection to purpose `", leaves[0].id,
        "`: its basis is another; a policy may add one by `objectable`"));
  }
  return ChangePerson(
      *core_, subject, [&](const subject::Said& said, Edit* edit) {
        const subject::StateRow* before =
            FindRow(said, RowKind::kObjection, spoken.name);
        edit->nothing =
            before != nullptr && before->status != RowStatus::kOverridden;
        edit->row.kind = RowKind::kObjection;
        edit->row.name = spoken.name;
        edit->row.texts = {MillisOf(core_->Now())};
        edit->takes_away = true;
        return absl::OkStatus();
      });
}

absl::Status Subjects::ResolveObjection(const Subject& subject,
                                        PurposeId purpose,
                                        ObjectionResult result,
                                        std::string_view reasons) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(
      const engine::SpokenPurpose spoken,
      engine::FindPurpose(PolicyOf(*core_), purpose.text()));
  PRIVET_RETURN_IF_ERROR(
      engine::CheckReference(reasons, "the reference to reasons"));
  const bool overridden = result == ObjectionResult::kOverridden;
  if (overridden && reasons.empty()) {
    return absl::InvalidArgumentError(
        "an objection is overridden for compelling grounds only (GDPR art. "
        "21(1)): name where they are kept");
  }
  const auto& leaves = spoken.leaves;
  if (overridden && std::any_of(leaves.begin(), leaves.end(),
                                [](const engine::LeafPurpose& leaf) {
                                  return leaf.direct_marketing;
                                })) {
    return absl::FailedPreconditionError(
        "an objection to direct marketing cannot be overridden (GDPR art. "
        "21(3))");
  }
  return ChangePerson(
      *core_, subject, [&](const subject::Said& said, Edit* edit) {
        const subject::StateRow* before =
            FindRow(said, RowKind::kObjection, spoken.name);
        if (before == nullptr) {
          return absl::NotFoundError("there is no objection to this purpose");
        }
        edit->row.texts = before->texts;
        edit->row.kind = RowKind::kObjection;
        edit->row.name = spoken.name;
        edit->row.status =
            overridden ? RowStatus::kOverridden : RowStatus::kUpheld;
        edit->history = {TextOf(reasons)};
        edit->takes_away = !overridden;
        return absl::OkStatus();
      });
}

absl::Status Subjects::Restrict(const Subject& subject,
                                RestrictionGround ground,
                                std::string_view case_reference) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  if (ground == RestrictionGround::kUnlawful ||
      ground == RestrictionGround::kNeededForClaims) {
    return absl::FailedPreconditionError(
        "a restriction on ground (b) or (c) of GDPR art. 18(1) is a hold: not "
        "supported yet; keep the data by other means until it is");
  }
  PRIVET_RETURN_IF_ERROR(
      engine::CheckReference(case_reference, "a case reference"));
  return ChangePerson(*core_, subject, [&](const subject::Said&, Edit* edit) {
    edit->row.kind = RowKind::kRestriction;
    edit->row.name = std::string(1, LetterOf(ground));
    edit->history = {TextOf(case_reference)};
    edit->takes_away = true;
    return absl::OkStatus();
  });
}

absl::Status Subjects::Lift(const Subject& subject, RestrictionGround ground,
                            std::string_view notice) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  return ChangePerson(
      *core_, subject, [&](const subject::Said& said, Edit* edit) {
        const std::string name(1, LetterOf(ground));
        const subject::StateRow* before =
            FindRow(said, RowKind::kRestriction, name);
        if (before == nullptr || before->status != RowStatus::kInForce) {
          return absl::NotFoundError("there is no such restriction");
        }
        // An earlier one told of something else, if it has the same name.
        const subject::StateRow* told = FindRow(said, RowKind::kNotice, notice);
        if (told == nullptr || told->at < before->at) {
          return absl::FailedPreconditionError(
              "the person has to be told before a restriction is lifted (GDPR "
              "art. 18(3)), and since it began: record the notice first");
        }
        edit->row.kind = RowKind::kRestriction;
        edit->row.name = name;
        edit->row.status = RowStatus::kEnded;
        edit->history = {TextOf(notice)};
        return absl::OkStatus();
      });
}

absl::Status Subjects::RecordEvent(const Subject& subject, EventId event,
                                   absl::Time at) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(const engine::DeclaredEvent declared,
                          engine::FindEvent(*core_, event));
  const absl::Time now = core_->Now();
  if (at == absl::InfinitePast()) at = now;
  if (at > now + absl::Minutes(5) || at < absl::UnixEpoch()) {
    return absl::InvalidArgumentError(
        "an event lies between 1970 and five minutes from now");
  }
  return ChangePerson(
      *core_, subject, [&](const subject::Said& said, Edit* edit) {
        const absl::Time known = subject::WhenHappened(said, declared.name);
        edit->nothing = known != absl::InfiniteFuture() &&
                        (declared.renews ? at <= known : at >= known);
        edit->row.kind = RowKind::kEvent;
        edit->row.name = declared.name;
        edit->row.texts = {MillisOf(at)};
        edit->takes_away = true;
        return absl::OkStatus();
      });
}

absl::Status Subjects::UndoEvent(const Subject& subject, EventId event) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(const engine::DeclaredEvent declared,
                          engine::FindEvent(*core_, event));
  return ChangePerson(
      *core_, subject, [&](const subject::Said& said, Edit* edit) {
        const subject::StateRow* before =
            FindRow(said, RowKind::kEvent, declared.name);
        if (before == nullptr || before->status != RowStatus::kInForce) {
          return absl::NotFoundError(absl::StrCat(
              "event `", declared.name, "` is not on record for the person"));
        }
        edit->row.kind = RowKind::kEvent;
        edit->row.name = declared.name;
        edit->row.status = RowStatus::kEnded;
        edit->row.texts = before->texts;
        edit->takes_away = true;
        edit->undoes = true;
        return absl::OkStatus();
      });
}

absl::Status Subjects::RecordNotice(const Subject& subject,
                                    std::string_view notice,
                                    std::string_view channel) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_RETURN_IF_ERROR(
      engine::CheckReference(notice, "the name of a notice"));
  PRIVET_RETURN_IF_ERROR(engine::CheckReference(channel, "a channel"));
  if (notice.empty()) {
    return absl::InvalidArgumentError("a notice needs a name");
  }
  return ChangePerson(*core_, subject, [&](const subject::Said&, Edit* edit) {
    edit->row.kind = RowKind::kNotice;
    edit->row.name = TextOf(notice);
    edit->row.texts = {TextOf(channel)};
    return absl::OkStatus();
  });
}

absl::Status Subjects::RecordInstruction(const Subject& subject,
                                         RecipientId recipient) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  PRIVET_ASSIGN_OR_RETURN(
      const std::string name,
      engine::FindLeafRecipient(PolicyOf(*core_), recipient.text()));
  return ChangePerson(*core_, subject, [&](const subject::Said&, Edit* edit) {
    edit->row.kind = RowKind::kInstruction;
    edit->row.name = name;
    return absl::OkStatus();
  });
}

}  // namespace privet
