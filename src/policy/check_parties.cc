// SPDX-License-Identifier: Apache-2.0
//
// Who speaks, who asks, who gets: controllers, regions, actors, recipients.

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "policy/checking.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

using v1::Policy;

void CheckHead(Checking* checking) {
  const Policy& policy = checking->policy();
  if (policy.version() == 0) {
    checking->Error({Policy::kVersionFieldNumber}, "the policy has no version",
                    "write `version: 1`, and count up with each text");
  }
  checking->CheckDate(policy.effective(), {Policy::kEffectiveFieldNumber});
  if (policy.import_size() > 0) {
    checking->NotSupported({{Policy::kImportFieldNumber, 0}}, "`import`",
                           "write the policy in one file");
  }
}

void CheckControllers(Checking* checking) {
  const Policy& policy = checking->policy();
  const bool may_be_there =
      checking->incomplete().contains(Policy::kControllerFieldNumber);
  if (policy.controller_size() == 0 && !may_be_there) {
    checking->Error({}, "the policy names no controller",
                    "write `controller { id: \"…\"  name: \"…\"  contact: "
                    "\"…\" }`: people must know whom to ask");
  }
  for (int i = 0; i < policy.controller_size(); ++i) {
    const v1::Controller& controller = policy.controller(i);
    const FieldPath block{{Policy::kControllerFieldNumber, i}};
    if (controller.contact().empty()) {
      checking->Error(Below(block, v1::Controller::kContactFieldNumber),
                      absl::StrCat("controller ", Quoted(controller.id()),
                                   " has no contact"),
                      "write `contact: \"…\"`: where privacy questions go");
    }
    checking->ReferAll(
        Kind::kRegion, controller.subject_regions(),
        Below(block, v1::Controller::kSubjectRegionsFieldNumber));
  }
}

// Returns which blocks lie on a circle of references by name, `next(i)` being
// the blocks that block i refers to: those that are left when blocks to or from
// which nothing leads are taken away, again and again.
template <typename Next>
std::vector<bool> OnCircle(int count, const Next& next) {
  const auto size = static_cast<std::size_t>(count);
  std::vector<std::vector<int>> to(size), from(size);
  for (int i = 0; i < count; ++i) {
    for (const int other : next(i)) {
      to[static_cast<std::size_t>(i)].push_back(other);
      from[static_cast<std::size_t>(other)].push_back(i);
    }
  }
  std::vector<bool> left(size, true);
  // Takes away what has no edge in `edges`; `back` are the same, reversed.
  const auto peel = [&](const auto& edges, const auto& back) {
    std::vector<std::size_t> degree(size, 0), bare;
    for (std::size_t i = 0; i < size; ++i) {
      for (const int other : edges[i]) {
        degree[i] += left[static_cast<std::size_t>(other)] ? 1 : 0;
      }
      if (left[i] && degree[i] == 0) bare.push_back(i);
    }
    while (!bare.empty()) {
      const std::size_t i = bare.back();
      bare.pop_back();
      left[i] = false;
      for (const int other : back[i]) {
        const auto j = static_cast<std::size_t>(other);
        if (left[j] && --degree[j] == 0) bare.push_back(j);
      }
    }
  };
  peel(to, from);
  peel(from, to);
  return left;
}

std::vector<int> Indices(
    const Checking& checking, Kind kind,
    const google::protobuf::RepeatedPtrField<std::string>& ids) {
  std::vector<int> indices;
  for (const std::string& id : ids) {
    const int index = checking.Find(kind, id);
    if (index >= 0) indices.push_back(index);
  }
  return indices;
}

// How many sets lie in one another below each region, those in a circle aside;
// kMostDepth + 1 stands for more.
constexpr int kMostDepth = 16;
std::vector<int> DepthsOfSets(const Checking& checking) {
  const Policy& policy = checking.policy();
  const auto size = static_cast<std::size_t>(policy.region_size());
  std::vector<std::vector<int>> members(size);
  for (std::size_t i = 0; i < size; ++i) {
    members[i] = Indices(checking, Kind::kRegion,
                         policy.region(static_cast<int>(i)).members());
  }
  std::vector<int> depth(size, 0), deeper(size);
  for (int round = 0; round <= kMostDepth; ++round) {
    for (std::size_t i = 0; i < size; ++i) {
      deeper[i] = 0;
      for (const int member : members[i]) {
        deeper[i] =
            std::max(deeper[i], depth[static_cast<std::size_t>(member)] + 1);
      }
    }
    depth.swap(deeper);
  }
  return depth;
}

void CheckRegions(Checking* checking) {
  const Policy& policy = checking->policy();
  const std::vector<bool> on_circle =
      OnCircle(policy.region_size(), [&](int i) {
        return Indices(*checking, Kind::kRegion, policy.region(i).members());
      });
  const std::vector<int> depths = DepthsOfSets(*checking);
  for (int i = 0; i < policy.region_size(); ++i) {
    const v1::Region& region = policy.region(i);
    const FieldPath path{{Policy::kRegionFieldNumber, i},
                         v1::Region::kMembersFieldNumber};
    checking->ReferAll(Kind::kRegion, region.members(), path);
    if (IsPlaceCode(region.id()) && region.members_size() > 0) {
      checking->Error(path,
                      absl::StrCat(Quoted(region.id()),
                                   " is the code of a place, which holds its "
                                   "own parts"),
                      "remove the members, or give the set another id");
    }
    if (on_circle[static_cast<std::size_t>(i)]) {
      checking->Error(
          path,
          absl::StrCat("region ", Quoted(region.id()), " contains itself"),
          "remove the member that leads back");
    } else if (depths[static_cast<std::size_t>(i)] > kMostDepth) {
      checking->Error(path,
                      absl::StrCat("sets of regions lie more than ", kMostDepth,
                                   " deep in ", Quoted(region.id())),
                      "name what they hold instead");
    }
  }
}

void CheckActors(Checking* checking) {
  const Policy& policy = checking->policy();
  using v1::Actor;
  for (int i = 0; i < policy.actor_size(); ++i) {
    const Actor& actor = policy.actor(i);
    const FieldPath block{{Policy::kActorFieldNumber, i}};
    checking->ReferAll(Kind::kPurpose, actor.purposes(),
                       Below(block, Actor::kPurposesFieldNumber),
                       Star::kAllowed);
    checking->ReferAll(Kind::kRecord, actor.stores(),
                       Below(block, Actor::kStoresFieldNumber), Star::kNo);
    checking->ReferAll(Kind::kRegion, actor.regions(),
                       Below(block, Actor::kRegionsFieldNumber));
  }
}

// The role of a recipient, or of the nearest one above it that has one.
v1::Recipient::Role RoleOf(const Checking& checking, std::string_view id) {
  while (true) {
    const int index = checking.Find(Kind::kRecipient, id);
    if (index >= 0) {
      const auto role = checking.policy().recipient(index).role();
      if (role != v1::Recipient::ROLE_UNSPECIFIED) return role;
    }
    const std::size_t dot = id.rfind('.');
    if (dot == std::string_view::npos) {
      return v1::Recipient::ROLE_UNSPECIFIED;
    }
    id = id.substr(0, dot);
  }
}

void CheckAgreement(Checking* checking, const v1::Recipient& recipient,
                    const FieldPath& block) {
  using v1::Agreement;
  if (!recipient.has_agreement()) return;
  const Agreement& agreement = recipient.agreement();
  const FieldPath path = Below(block, v1::Recipient::kAgreementFieldNumber);
  checking->CheckDate(agreement.starts(),
                      Below(path, Agreement::kStartsFieldNumber));
  checking->CheckDate(agreement.ends(),
                      Below(path, Agreement::kEndsFieldNumber));
  const bool both = IsDate(agreement.starts()) && IsDate(agreement.ends());
  if (both && agreement.ends() < agreement.starts()) {
    checking->Error(
        Below(path, Agreement::kEndsFieldNumber),
        absl::StrCat("the agreement with ", Quoted(recipient.id()),
                     " ends before it starts"),
        absl::StrCat("write a day from ", Quoted(agreement.starts()), " on"));
  }
}

void CheckRecipient(Checking* checking, int i) {
  using v1::Recipient;
  const Recipient& recipient = checking->policy().recipient(i);
  const FieldPath block{{Policy::kRecipientFieldNumber, i}};
  checking->ReferAll(Kind::kPurpose, recipient.purposes(),
                     Below(block, Recipient::kPurposesFieldNumber),
                     Star::kAllowed);
  checking->ReferAll(Kind::kCategory, recipient.categories(),
                     Below(block, Recipient::kCategoriesFieldNumber),
                     Star::kAllowed);
  checking->ReferAll(Kind::kRegion, recipient.regions(),
                     Below(block, Recipient::kRegionsFieldNumber));
  checking->ReferAll(Kind::kRecipient, recipient.via(),
                     Below(block, Recipient::kViaFieldNumber));
  CheckAgreement(checking, recipient, block);
  for (int j = 0; j < recipient.transfer_size(); ++j) {
    const FieldPath path = Below(block, {Recipient::kTransferFieldNumber, j});
    checking->ReferAll(Kind::kRegion, recipient.transfer(j).to(),
                       Below(path, v1::Transfer::kToFieldNumber));
    if (recipient.transfer(j).by() == v1::Transfer::MECHANISM_UNSPECIFIED) {
      checking->Error(path, "the transfer has no mechanism",
                      "write `by: STANDARD_CLAUSES`, or what it rests on");
    }
  }
  for (int j = 0; j < recipient.transform_size(); ++j) {
    CheckTransform(checking, recipient.transform(j),
                   Below(block, {Recipient::kTransformFieldNumber, j}));
  }
  const Recipient::Role role = RoleOf(*checking, recipient.id());
  if (role == Recipient::ROLE_UNSPECIFIED &&
      !checking->IsGroup(Kind::kRecipient, recipient.id())) {
    checking->Error(
        Below(block, Recipient::kRoleFieldNumber),
        absl::StrCat("recipient ", Quoted(recipient.id()), " has no role"),
        "write `role: PROCESSOR`, or what it is to you");
  }
  const FieldPath jurisdiction =
      Below(block, Recipient::kJurisdictionFieldNumber);
  if (recipient.jurisdiction().empty()) return;
  checking->Refer(Kind::kRegion, recipient.jurisdiction(), jurisdiction);
  if (role != Recipient::AUTHORITY) {
    checking->Error(jurisdiction,
                    absl::StrCat("recipient ", Quoted(recipient.id()),
                                 " is no authority, and has a jurisdiction"),
                    "remove it, or write `role: AUTHORITY`");
  }
}

void CheckRecipients(Checking* checking) {
  const Policy& policy = checking->policy();
  const std::vector<bool> on_circle =
      OnCircle(policy.recipient_size(), [&](int i) {
        return Indices(*checking, Kind::kRecipient, policy.recipient(i).via());
      });
  for (int i = 0; i < policy.recipient_size(); ++i) {
    CheckRecipient(checking, i);
    if (on_circle[static_cast<std::size_t>(i)]) {
      checking->Error(
          {{Policy::kRecipientFieldNumber, i}, v1::Recipient::kViaFieldNumber},
          absl::StrCat("recipient ", Quoted(policy.recipient(i).id()),
                       " is its own sub-processor"),
          "remove the recipient that leads back");
    }
  }
}

void CheckFactsAndDuties(Checking* checking) {
  const Policy& policy = checking->policy();
  for (int i = 0; i < policy.fact_size(); ++i) {
    const FieldPath block{{Policy::kFactFieldNumber, i}};
    if (policy.fact(i).about() == v1::Fact::ABOUT_UNSPECIFIED) {
      checking->Error(Below(block, v1::Fact::kAboutFieldNumber),
                      absl::StrCat("fact ", Quoted(policy.fact(i).id()),
                                   " does not say what it is about"),
                      "write `about: SUBJECT` or `about: REQUEST`");
    }
    absl::flat_hash_set<std::string> seen;
    for (int j = 0; j < policy.fact(i).values_size(); ++j) {
      if (seen.insert(policy.fact(i).values(j)).second) continue;
      checking->Error(
          Below(block, {v1::Fact::kValuesFieldNumber, j}),
          absl::StrCat("the value ", Quoted(policy.fact(i).values(j)),
                       " is listed twice"),
          "remove one");
    }
  }
  for (int i = 0; i < policy.event_size(); ++i) {
    if (policy.event(i).id() != "created") continue;
    checking->Error({{Policy::kEventFieldNumber, i}, v1::Event::kIdFieldNumber},
                    "the event `created` is built in",
                    "remove it, or rename it");
  }
  for (int i = 0; i < policy.obligation_size(); ++i) {
    if (policy.obligation(i).subject_regions().empty()) continue;
    checking->NotSupported({{Policy::kObligationFieldNumber, i},
                            {v1::Obligation::kSubjectRegionsFieldNumber, 0}},
                           "`subject_regions` of an obligation",
                           "write them at the retentions that keep for it");
  }
}

}  // namespace

void CheckParties(Checking* checking) {
  CheckHead(checking);
  CheckControllers(checking);
  CheckRegions(checking);
  CheckActors(checking);
  CheckRecipients(checking);
  CheckFactsAndDuties(checking);
}

}  // namespace privet::policy
