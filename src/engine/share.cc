// SPDX-License-Identifier: Apache-2.0
//
// Actor::Share: before data goes to a recipient.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/retry.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/disclosures.h"
#include "engine/minimizing.h"
#include "engine/opening.h"
#include "engine/sealing.h"
#include "engine/working_memory.h"
#include "google/protobuf/message.h"
#include "privet/actor.h"
#include "privet/outcome.h"
#include "privet/shared_record.h"
#include "privet/subject.h"

namespace privet {

class SharedRecordMaker {
 public:
  static SharedRecord Make(std::string type, std::string bytes,
                           RecipientId recipient) {
    return SharedRecord(std::move(type), std::move(bytes), recipient);
  }
};

namespace engine {
namespace {

Request ShareRequest(ActorId actor, RegionId place, RecipientId recipient,
                     PurposeId purpose) {
  Request request;
  request.operation = policy::Operation::kShare;
  request.actor = actor;
  request.place = place;
  request.recipient = recipient;
  request.purpose = purpose;
  return request;
}

absl::StatusOr<SharedRecord> Finish(const Core& core, const Call& call,
                                    std::string_view minimized,
                                    RecipientId recipient) {
  const record::Plan& plan = *call.resolved->plan;
  PRIVET_ASSIGN_OR_RETURN(std::string bytes, Canonical(call, minimized));
  PRIVET_RETURN_IF_ERROR(RecordDisclosure(core, call));
  // The id's text is the caller's, and the share outlives the call.
  return SharedRecordMaker::Make(
      plan.type(), std::move(bytes),
      RecipientId::FromText(core.Keep(recipient.text())));
}

absl::StatusOr<SharedRecord> ShareOnce(const Core& core, const Request& request,
                                       const SealedRecord& sealed,
                                       const SubjectMatch& subject,
                                       const RequestOptions& options,
                                       Outcome* outcome) {
  Call call;
  PRIVET_RETURN_IF_ERROR(BeginCall(core, options, &call));
  base::SealedHeader header;
  PRIVET_RETURN_IF_ERROR(header.Reread(sealed.bytes()));
  PRIVET_RETURN_IF_ERROR(
      DecideOpen(core, request, sealed, header, subject, &call));
  const RecipientPseudonyms pseudonyms(core, call);
  call.view.pseudonymizer = &pseudonyms;
  WorkingMemory memory;
  const auto opened =
      OpenDecided(core, call, header, request.purpose, &memory, outcome);
  if (!opened.ok()) return pseudonyms.Explain(opened.status());
  return Finish(core, call, opened->bytes, request.recipient);
}

absl::StatusOr<SharedRecord> ShareInHandOnce(
    const Core& core, const Request& request, const Record& record,
    const Subject& subject, const RequestOptions& options, Outcome* outcome) {
  Call call;
  PRIVET_RETURN_IF_ERROR(BeginCall(core, options, &call));
  WorkingMemory memory;
  PRIVET_RETURN_IF_ERROR(
      MinimizeRecord(core, request, record, subject, &call, &memory, outcome));
  return Finish(core, call, memory.pass().output(), request.recipient);
}

}  // namespace
}  // namespace engine

absl::StatusOr<SharedRecord> Actor::Share(const SealedRecord& sealed,
                                          const SubjectMatch& subject,
                                          RecipientId recipient,
                                          PurposeId purpose,
                                          const RequestOptions& options,
                                          Outcome* outcome) const {
  const engine::Request request =
      engine::ShareRequest(actor_, region_, recipient, purpose);
  return base::RetryAborted([&] {
    return engine::ShareOnce(*core_, request, sealed, subject, options,
                             outcome);
  });
}

absl::StatusOr<SharedRecord> Actor::Share(
    const Record& record, const Subject& subject, RecipientId recipient,
    PurposeId purpose, const RequestOptions& options, Outcome* outcome) const {
  PRIVET_RETURN_IF_ERROR(core_->NeedKeys());
  const engine::Request request =
      engine::ShareRequest(actor_, region_, recipient, purpose);
  return base::RetryAborted([&] {
    return engine::ShareInHandOnce(*core_, request, record, subject, options,
                                   outcome);
  });
}

absl::Status SharedRecord::ParseInto(google::protobuf::Message* message) const {
  message->Clear();
  if (std::string(message->GetDescriptor()->full_name()) != type_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the record is a `", type_, "`, and was to be parsed into a `",
        std::string(message->GetDescriptor()->full_name()), "`"));
  }
  return engine::ParseInto(bytes_, message);
}

}  // namespace privet
