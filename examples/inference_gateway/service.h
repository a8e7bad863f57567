// SPDX-License-Identifier: Apache-2.0
//
// The data paths of the gateway: before a write, for a read, before a share.
// Each call is timed, counted, and remembered in the world.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_SERVICE_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_SERVICE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "host.h"
#include "report.h"
#include "world.h"

namespace gateway {

// A verdict of the policy is what this example is about, and no failure of it:
// every function returns OK for one, and an error only for what should not
// happen.
class Service {
 public:
  Service(Host* host, World* world, Report* report)
      : host_(host), world_(world), report_(report) {}

  // Seals `message`, to be written with the next Flush(). With `more`, bytes
  // that follow the serialized message.
  absl::Status Store(privet::ActorId actor, RecordType type,
                     std::uint32_t account,
                     const google::protobuf::Message& message, TextSet texts,
                     const std::string& more = {});

  // Writes what was sealed, in one transaction.
  absl::Status Flush();

  // Returns how many sealed records wait for it.
  std::size_t unwritten() const { return unwritten_.size(); }

  // Writes over fields of the record at `index`; the result is the newest.
  absl::Status Amend(privet::ActorId actor, std::uint32_t index,
                     const google::protobuf::Message& changes, TextSet texts);

  absl::Status Read(privet::ActorId actor, std::uint32_t index,
                    privet::PurposeId purpose);

  // Shares a record that is stored, or (with `message`) is about to be.
  absl::Status Share(privet::ActorId actor, std::uint32_t index,
                     privet::RecipientId recipient, privet::PurposeId purpose,
                     const privet::RequestOptions& options = {},
                     const google::protobuf::Message* message = nullptr);

 private:
  absl::StatusOr<privet::SealedRecord> CopyOf(std::uint32_t index) const;
  privet::Subject SubjectOf(std::uint32_t account) const {
    return privet::Subject(world_->accounts[account].id);
  }

  Host* const host_;
  World* const world_;
  Report* const report_;
  std::vector<privet::SealedRecord> unwritten_;
};

// Returns whether `status` is an answer of the policy or of the state of a
// person, and no fault.
bool IsVerdict(const absl::Status& status);

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_SERVICE_H_
