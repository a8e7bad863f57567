// SPDX-License-Identifier: Apache-2.0
//
// Actor::OpenInto and OpenBytes: for a read.

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/retry.h"
#include "base/sealed_header.h"
#include "base/status_macros.h"
#include "engine/core.h"
#include "engine/opening.h"
#include "engine/sealing.h"
#include "engine/working_memory.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "privet/actor.h"
#include "privet/outcome.h"
#include "privet/sealed_record.h"
#include "privet/subject.h"

namespace privet {
namespace engine {
namespace {

// Called with what may be seen, before the last look at whether keys were
// destroyed meanwhile.
using Take = absl::FunctionRef<absl::Status(const Call&, const Opened&)>;

// Aborted if keys were destroyed meanwhile.
absl::Status OpenOnce(const Core& core, const Request& request,
                      const SealedRecord& sealed, const SubjectMatch& subject,
                      const RequestOptions& options, Outcome* outcome,
                      Take take) {
  Call call;
  PRIVET_RETURN_IF_ERROR(BeginCall(core, options, &call));
  base::SealedHeader header;
  PRIVET_RETURN_IF_ERROR(header.Reread(sealed.bytes()));
  PRIVET_RETURN_IF_ERROR(
      DecideOpen(core, request, sealed, header, subject, &call));
  WorkingMemory memory;
  PRIVET_ASSIGN_OR_RETURN(
      const Opened opened,
      OpenDecided(core, call, header, request.purpose, &memory, outcome));
  PRIVET_RETURN_IF_ERROR(take(call, opened));
  if (core.keyring()->Unchanged(call.keys)) return absl::OkStatus();
  return absl::AbortedError("keys were destroyed meanwhile");
}

absl::Status Open(const Core& core, const Request& request,
                  const SealedRecord& sealed, const SubjectMatch& subject,
                  const RequestOptions& options, Outcome* outcome, Take take) {
  return base::RetryAborted([&] {
    return OpenOnce(core, request, sealed, subject, options, outcome, take);
  });
}

Request UseRequest(ActorId actor, RegionId region, PurposeId purpose) {
  Request request;
  request.operation = policy::Operation::kUse;
  request.actor = actor;
  request.region = region;
  request.place = region;
  request.purpose = purpose;
  return request;
}

absl::Status WrongMessage(const record::Plan& plan,
                          const google::protobuf::Message& message) {
  const std::string type(message.GetDescriptor()->full_name());
  return absl::InvalidArgumentError(
      type == plan.type()
          ? absl::StrCat("the record is a `", type,
                         "` as the policy declares it or the engine was given "
                         "it, and the message is one of another making; open "
                         "it by OpenBytes()")
          : absl::StrCat("the record is a `", plan.type(),
                         "`, and was to be opened into a `", type, "`"));
}

}  // namespace
}  // namespace engine

absl::Status Actor::OpenInto(const SealedRecord& sealed,
                             const SubjectMatch& subject, PurposeId purpose,
                             google::protobuf::Message* message,
                             const RequestOptions& options,
                             Outcome* outcome) const {
  message->Clear();
  const absl::Status status = engine::Open(
      *core_, engine::UseRequest(actor_, region_, purpose), sealed, subject,
      options, outcome,
      [message](const engine::Call& call, const engine::Opened& opened) {
        if (message->GetDescriptor() != call.resolved->plan->descriptor()) {
          return engine::WrongMessage(*call.resolved->plan, *message);
        }
        return engine::ParseInto(opened.bytes, message);
      });
  if (!status.ok()) message->Clear();
  return status;
}

absl::StatusOr<std::string> Actor::OpenBytes(const SealedRecord& sealed,
                                             const SubjectMatch& subject,
                                             PurposeId purpose,
                                             const RequestOptions& options,
                                             Outcome* outcome) const {
  std::string bytes;
  PRIVET_RETURN_IF_ERROR(engine::Open(
      *core_, engine::UseRequest(actor_, region_, purpose), sealed, subject,
      options, outcome,
      [&bytes](const engine::Call& call, const engine::Opened& opened) {
        PRIVET_ASSIGN_OR_RETURN(bytes, engine::Canonical(call, opened.bytes));
        return absl::OkStatus();
      }));
  return bytes;
}

}  // namespace privet
