// SPDX-License-Identifier: Apache-2.0
//
// What opening for a use and opening for a share have in common.

#ifndef PRIVET_ENGINE_OPENING_H_
#define PRIVET_ENGINE_OPENING_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/sealed_header.h"
#include "engine/core.h"
#include "engine/working_memory.h"
#include "privet/actor.h"
#include "privet/outcome.h"
#include "privet/record_id.h"
#include "privet/sealed_record.h"
#include "privet/subject.h"
#include "record/pass.h"
#include "seal/opener.h"
#include "transform/transform.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace privet::engine {

// Pseudonyms for one recipient about one person.
class RecipientPseudonyms final : public transform::Pseudonymizer {
 public:
  RecipientPseudonyms(const Core& core, const Call& call);

  bool Pseudonymize(std::string_view category, bool is_subject,
                    std::string_view value, unsigned char* out) const override;

  // Returns `failed`, the status of a pass that asked here, with the reason
  // and the code of the pseudonym that it did not get, if that was it.
  absl::Status Explain(const absl::Status& failed) const;

 private:
  absl::Status Make(std::string_view category, bool is_subject,
                    std::string_view value, std::string* pseudonym) const;

  const Core& core_;
  const Call& call_;
  std::string_view recipient_;   // its oldest name
  mutable absl::Status status_;  // of the first that could not be made
};

// One sealed record on its way out, decided and decrypted.
struct Opened {
  // Where it lies: valid as long as the working memory.
  std::string_view bytes;
  // It may hold a message several times: parse it before it leaves.
  bool joined = false;
};

// Finds the plan and the person of a sealed record, checks that it is about
// `subject`, and decides `request`. Sets all of `call`. `header` is that of
// `sealed`.
absl::Status DecideOpen(const Core& core, const Request& request,
                        const SealedRecord& sealed,
                        const base::SealedHeader& header,
                        const SubjectMatch& subject, Call* call);

// Finds the person that the record is about; PermissionDenied if `match` says
// somebody else. The call's generation, resolved and keys are set.
absl::Status FindPerson(const Core& core, const SealedRecord& sealed,
                        const base::SealedHeader& header,
                        const SubjectMatch& match, Call* call);

// Decrypts what the decided call may see, and reduces it to that.
absl::StatusOr<Opened> OpenDecided(const Core& core, const Call& call,
                                   const base::SealedHeader& header,
                                   PurposeId purpose, WorkingMemory* memory,
                                   Outcome* outcome);

// Parses `bytes` into `message`, which is cleared on an error.
absl::Status ParseInto(std::string_view bytes,
                       google::protobuf::Message* message);

// Returns `bytes`, which hold a message of the call's type, as any parser reads
// it: parsed and serialized again.
absl::StatusOr<std::string> Canonical(const Call& call, std::string_view bytes);

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_OPENING_H_
