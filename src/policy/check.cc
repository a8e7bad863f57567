// SPDX-License-Identifier: Apache-2.0

#include "policy/check.h"

#include <string>
#include <string_view>
#include <utility>

#include "policy/checking.h"
#include "privet/v1/policy.pb.h"

namespace privet::policy {

Findings Check(const v1::Policy& policy, const Incomplete& incomplete) {
  Checking checking(policy, incomplete);
  if (!CheckSizes(&checking)) return std::move(checking.findings());
  CheckValues(&checking);
  CheckNames(&checking);
  CheckParties(&checking);
  CheckPurposes(&checking);
  CheckRecords(&checking);
  CheckRules(&checking);
  CheckRetention(&checking);
  CheckBlocks(&checking);
  CheckReach(&checking);
  return std::move(checking.findings());
}

namespace {

void Note(FieldPath path, std::string_view what, Findings* notes) {
  notes->push_back({Severity::kNote, std::move(path),
                    std::string(what) + " declared, not acted on yet", ""});
}

// Fields of blocks that decide otherwise.
void NoteFields(const v1::Policy& policy, Findings* notes) {
  using v1::Policy;
  for (int i = 0; i < policy.purpose_size(); ++i) {
    if (policy.purpose(i).special_condition().empty()) continue;
    Note({{Policy::kPurposeFieldNumber, i},
          v1::Purpose::kSpecialConditionFieldNumber},
         "`special_condition`:", notes);
  }
  for (int i = 0; i < policy.recipient_size(); ++i) {
    const FieldPath block{{Policy::kRecipientFieldNumber, i}};
    if (policy.recipient(i).transfer_size() > 0) {
      Note(Below(block, {v1::Recipient::kTransferFieldNumber, 0}),
           "`transfer`:", notes);
    }
    if (!policy.recipient(i).jurisdiction().empty()) {
      Note(Below(block, v1::Recipient::kJurisdictionFieldNumber),
           "`jurisdiction`:", notes);
    }
  }
  for (int i = 0; i < policy.record_size(); ++i) {
    if (!policy.record(i).controller().empty()) {
      Note(
          {{Policy::kRecordFieldNumber, i}, v1::Record::kControllerFieldNumber},
          "`controller`:", notes);
    }
    for (int j = 0; j < policy.record(i).field_size(); ++j) {
      if (policy.record(i).field(j).index().population() == 0) continue;
      Note({{Policy::kRecordFieldNumber, i},
            {v1::Record::kFieldFieldNumber, j},
            v1::Field::kIndexFieldNumber,
            v1::Index::kPopulationFieldNumber},
           "`population`:", notes);
    }
  }
}

}  // namespace

Findings NotActedOn(const v1::Policy& policy) {
  using v1::Policy;
  Findings notes;
  NoteFields(policy, &notes);
  const auto note = [&](bool used, int field, int index,
                        std::string_view what) {
    if (used) Note({{field, index}}, what, &notes);
  };
  note(policy.controller_size() > 0, Policy::kControllerFieldNumber, 0,
       "`controller`:");
  note(policy.cookie_size() > 0, Policy::kCookieFieldNumber, 0, "`cookie`:");
  note(policy.signal_size() > 0, Policy::kSignalFieldNumber, 0, "`signal`:");
  note(policy.minors_size() > 0, Policy::kMinorsFieldNumber, 0,
       "`minors` (a person in a group is restricted at once; its age and "
       "`erase_after`):");
  note(policy.rights_size() > 0, Policy::kRightsFieldNumber, 0, "`rights`:");
  note(policy.has_changes(), Policy::kChangesFieldNumber, -1, "`changes`:");
  note(policy.has_keep(), Policy::kKeepFieldNumber, -1, "`keep`:");
  note(policy.measures_size() > 0, Policy::kMeasuresFieldNumber, 0,
       "`measures`:");
  note(policy.expect_size() > 0, Policy::kExpectFieldNumber, 0, "`expect`:");
  return notes;
}

}  // namespace privet::policy
