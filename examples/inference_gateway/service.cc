// SPDX-License-Identifier: Apache-2.0

#include "service.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "expectation.h"
#include "messages.h"
#include "privet/denial.h"

namespace gateway {

bool IsVerdict(const absl::Status& status) {
  return status.ok() || absl::IsNotFound(status) ||
         privet::GetDenial(status).has_value();
}

absl::Status Service::Store(privet::ActorId actor, RecordType type,
                            std::uint32_t account,
                            const google::protobuf::Message& message,
                            TextSet texts, const std::string& more) {
  privet::Outcome outcome;
  const privet::Subject subject = SubjectOf(account);
  std::string bytes;
  if (!more.empty()) bytes = message.SerializeAsString() + more;
  const std::string name(message.GetDescriptor()->full_name());
  auto sealed = report_->Time("Seal", [&] {
    return host_->As(actor).Seal(more.empty()
                                     ? privet::Record(message)
                                     : privet::Record::Bytes(name, bytes),
                                 subject, {}, &outcome);
  });
  if (!sealed.ok()) {
    report_->CountRefused("seal", sealed.status());
    return IsVerdict(sealed.status()) ? absl::OkStatus() : sealed.status();
  }
  report_->CountSealed(type, message.ByteSizeLong() + more.size(),
                       sealed->bytes().size(), outcome);
  world_->records.push_back({type, account, host_->clock().Now(), sealed->id(),
                             std::string(sealed->bytes()), texts});
  unwritten_.push_back(*std::move(sealed));
  return absl::OkStatus();
}

absl::Status Service::Flush() {
  if (unwritten_.empty()) return absl::OkStatus();
  const absl::Status status = report_->Time(
      "PutAll, each", [&] { return host_->records().PutAll(unwritten_); },
      unwritten_.size());
  unwritten_.clear();
  return status;
}

absl::StatusOr<privet::SealedRecord> Service::CopyOf(
    std::uint32_t index) const {
  const StoredRecord& record = world_->records[index];
  return privet::SealedRecord::Parse(record.id, record.copy);
}

absl::Status Service::Amend(privet::ActorId actor, std::uint32_t index,
                            const google::protobuf::Message& changes,
                            TextSet texts) {
  absl::Status flushed = Flush();
  if (!flushed.ok()) return flushed;
  const StoredRecord before = world_->records[index];
  auto sealed =
      report_->Time("Get", [&] { return host_->records().Get(before.id); });
  if (!sealed.ok()) return sealed.status();
  auto amended = report_->Time("Amend", [&] {
    return host_->As(actor).Amend(*sealed, changes, SubjectOf(before.account));
  });
  if (!amended.ok()) {
    report_->CountRefused("amend", amended.status());
    return IsVerdict(amended.status()) ? absl::OkStatus() : amended.status();
  }
  world_->records.push_back({before.type, before.account, before.created,
                             amended->id(), std::string(amended->bytes()),
                             before.texts | texts});
  return report_->Time("Put", [&] { return host_->records().Put(*amended); });
}

absl::Status Service::Read(privet::ActorId actor, std::uint32_t index,
                           privet::PurposeId purpose) {
  const auto sealed = CopyOf(index);
  if (!sealed.ok()) return sealed.status();
  const auto message = NewMessage(world_->records[index].type);
  const absl::Status status = report_->Time("OpenInto", [&] {
    return host_->As(actor).OpenInto(*sealed, privet::AnySubject(), purpose,
                                     message.get());
  });
  report_->CountRead(status);
  return IsVerdict(status) ? absl::OkStatus() : status;
}

absl::Status Service::Share(privet::ActorId actor, std::uint32_t index,
                            privet::RecipientId recipient,
                            privet::PurposeId purpose,
                            const privet::RequestOptions& options,
                            const google::protobuf::Message* message) {
  const StoredRecord& record = world_->records[index];
  const privet::Subject subject = SubjectOf(record.account);
  const auto sealed = CopyOf(index);
  if (!sealed.ok()) return sealed.status();
  auto shared = report_->Time("Share", [&] {
    return message != nullptr
               ? host_->As(actor).Share(*message, subject, recipient, purpose,
                                        options)
               : host_->As(actor).Share(*sealed, subject, recipient, purpose,
                                        options);
  });
  report_->CountShare(std::string(recipient.text()), shared.status());
  if (!shared.ok()) {
    return IsVerdict(shared.status()) ? absl::OkStatus() : shared.status();
  }
  Outbox::Piece piece;
  piece.account = record.account;
  piece.record = index;
  piece.sendable =
      Sendable(*world_, world_->accounts[record.account], recipient);
  return host_->outbox().Send(*shared, piece);
}

}  // namespace gateway
