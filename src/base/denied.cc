// SPDX-License-Identifier: Apache-2.0

#include "base/denied.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "privet/denial.h"
#include "privet/v1/denial.pb.h"

namespace privet {
namespace {

constexpr char kTypeUrl[] = "type.googleapis.com/privet.v1.Denial";

}  // namespace

namespace base {

absl::Status Denied(absl::StatusCode code, std::string_view message,
                    const Denial& denial) {
  v1::Denial proto;
  proto.set_operation(denial.operation);
  proto.set_actor(denial.actor);
  proto.set_purpose(denial.purpose);
  proto.set_recipient(denial.recipient);
  proto.set_region(denial.region);
  proto.set_record_type(denial.record_type);
  proto.set_field(denial.field);
  proto.set_category(denial.category);
  proto.set_rule(denial.rule);
  proto.set_gate(denial.gate);
  proto.set_missing(denial.missing);
  absl::Status status(code, absl::string_view(message.data(), message.size()));
  status.SetPayload(kTypeUrl, absl::Cord(proto.SerializeAsString()));
  return status;
}

}  // namespace base

std::optional<Denial> GetDenial(const absl::Status& status) {
  const auto payload = status.GetPayload(kTypeUrl);
  v1::Denial proto;
  if (!payload.has_value() || !proto.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return Denial{proto.operation(), proto.actor(),    proto.purpose(),
                proto.recipient(), proto.region(),   proto.record_type(),
                proto.field(),     proto.category(), proto.rule(),
                proto.gate(),      proto.missing()};
}

}  // namespace privet
