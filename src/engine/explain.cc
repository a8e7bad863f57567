// SPDX-License-Identifier: Apache-2.0
//
// Actor::Explain and ExplainStore: why, for people.

#include "privet/explain.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "engine/actors.h"
#include "engine/core.h"
#include "engine/sealing.h"
#include "policy/snapshot.h"
#include "privet/actor.h"
#include "privet/denial.h"
#include "privet/subject.h"
#include "subject/people.h"

namespace privet {
namespace {

absl::StatusOr<Explanation> ExplainRequest(
    const engine::Core& core, const engine::Request& request,
    std::string_view type, std::string_view kind, CategoryId category,
    const Subject& subject, const RequestOptions& options) {
  const engine::Generation& generation = core.generation();
  const policy::Snapshot& snapshot = generation.snapshot();
  PRIVET_ASSIGN_OR_RETURN(const policy::Category leaf,
                          snapshot.FindCategory(category.text()));
  PRIVET_ASSIGN_OR_RETURN(
      const policy::Context* context,
      snapshot.FindContext(request.operation, request.actor, request.purpose,
                           request.recipient, request.region, type));
  Denial denial = context->Deny();
  denial.category = snapshot.CategoryName(leaf);
  const absl::Status at_work = engine::CheckActor(
      snapshot.policy(), request.actor, request.place, std::move(denial));
  if (const auto elsewhere = GetDenial(at_work)) {
    Explanation why;
    why.denial = *elsewhere;
    return why;
  }
  PRIVET_RETURN_IF_ERROR(at_work);
  policy::RequestState state;
  PRIVET_RETURN_IF_ERROR(engine::ReadRequest(generation, options, &state));
  PRIVET_ASSIGN_OR_RETURN(const keys::KeyCall call, core.Begin());
  subject::PersonPtr person = core.people().Stranger(snapshot, {});
  if (!subject.is_nobody()) {
    PRIVET_ASSIGN_OR_RETURN(
        person, core.people().Find(call, subject.id(), snapshot, kind, false));
  }
  const policy::Word word = context->MakeWord(
      person->facts, state, absl::ToCivilDay(call.now, absl::UTCTimeZone()));
  return snapshot.Explain(*context, {leaf}, word);
}

}  // namespace

absl::StatusOr<Explanation> Actor::Explain(
    CategoryId category, const Subject& subject, PurposeId purpose,
    RecipientId recipient, const RequestOptions& options) const {
  engine::Request request;
  request.operation =
      recipient ? policy::Operation::kShare : policy::Operation::kUse;
  request.actor = actor_;
  request.purpose = purpose;
  request.recipient = recipient;
  if (!recipient) request.region = region_;
  request.place = region_;
  return ExplainRequest(*core_, request, {}, {}, category, subject, options);
}

absl::StatusOr<Explanation> Actor::ExplainStore(
    CategoryId category, std::string_view type, const Subject& subject,
    const RequestOptions& options) const {
  PRIVET_ASSIGN_OR_RETURN(const record::Plan* plan,
                          core_->generation().types().PlanOf(type));
  return ExplainRequest(*core_, engine::StoreRequest(*core_, actor_, region_),
                        plan->type(), plan->subject_kind(), category, subject,
                        options);
}

}  // namespace privet
