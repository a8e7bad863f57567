// SPDX-License-Identifier: Apache-2.0
//
// Makes records, with a canary in each of their texts.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_MESSAGES_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_MESSAGES_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "google/protobuf/message.h"
#include "infermesh.pb.h"
#include "trace.h"
#include "world.h"

namespace gateway {

// Makes the next record of the world: its canaries carry the index that the
// record will have there.
class MessageMaker {
 public:
  MessageMaker(World* world, std::uint64_t seed);

  infermesh::v1::ApiRequest MakeApiRequest(std::uint32_t account,
                                           const Request& request,
                                           absl::Time now);
  infermesh::v1::WebSession MakeWebSession(std::uint32_t account);
  infermesh::v1::Account MakeAccount(std::uint32_t account);
  infermesh::v1::Payment MakePayment(std::uint32_t account);
  infermesh::v1::SupportTicket MakeSupportTicket(std::uint32_t account);

  // Returns a new address for an account; only that field is set.
  infermesh::v1::Account MakeNewEmail(std::uint32_t account);

  // Returns a field that no schema has, serialized, with a canary in it.
  std::string MakeUnknownField(std::uint32_t account);

  // Returns what was put into records since the last call.
  TextSet TakeTexts();

 private:
  std::string Mark(Text text, std::uint32_t account);
  std::string Prose(Text text, std::uint32_t account, int tokens);

  World* const world_;
  std::mt19937_64 random_;
  std::string words_;
  TextSet texts_;
};

// Returns an empty message of `type`.
std::unique_ptr<google::protobuf::Message> NewMessage(RecordType type);

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_MESSAGES_H_
