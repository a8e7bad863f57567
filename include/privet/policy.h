// SPDX-License-Identifier: Apache-2.0
//
// A policy: read, checked, compiled and proved.

#ifndef PRIVET_POLICY_H_
#define PRIVET_POLICY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "privet/diagnostic.h"
#include "privet/id.h"

namespace privet {

namespace v1 {
class Policy;
}  // namespace v1

namespace policy {
class PolicyAccess;
}  // namespace policy

// A policy that holds what it promises of itself: it is well-formed, every name
// in it is declared, and each of its `never`, `always` and `only` is proved.
//
// A cheap handle on an immutable snapshot: copy it freely, share it between
// threads. The language is documented in privet/v1/policy.proto.
//
// Example:
//
//   auto policy = privet::Policy::Load("policy.textproto");
//   if (!policy.ok()) return std::cerr << policy.status().message(), 1;
class Policy {
 public:
  // Reads the file at `path`: protobuf text of privet.v1.Policy, in UTF-8, at
  // most 8 MiB.
  //
  // Returns NotFound if there is no such file, and Unavailable if it cannot be
  // read; else as Parse().
  static absl::StatusOr<Policy> Load(std::string_view path,
                                     Diagnostics* errors = nullptr);

  // Reads `text`, calling it `name` where it is wrong.
  //
  // Returns InvalidArgument with every error, each as Diagnostic::ToString()
  // prints it; `errors` gets the same for programs.
  static absl::StatusOr<Policy> Parse(std::string_view text,
                                      std::string_view name,
                                      Diagnostics* errors = nullptr);

  // Compiles a policy that was made by other means, such as the bytes of
  // Serialize(). Errors name the path of a field in place of a line.
  static absl::StatusOr<Policy> Compile(const v1::Policy& policy,
                                        Diagnostics* errors = nullptr);

  // Looks up what the policy declares by its dotted name; the id lives as long
  // as a copy of this policy. Returns NotFound, naming the nearest names, if it
  // is not declared. A region may also be a country or its part: `de`, `us-ca`.
  absl::StatusOr<PurposeId> FindPurpose(std::string_view name) const;
  absl::StatusOr<RecipientId> FindRecipient(std::string_view name) const;
  absl::StatusOr<ActorId> FindActor(std::string_view name) const;
  absl::StatusOr<RegionId> FindRegion(std::string_view name) const;
  absl::StatusOr<CategoryId> FindCategory(std::string_view name) const;
  absl::StatusOr<EventId> FindEvent(std::string_view name) const;

  // Returns the policy's own id and version.
  std::string_view id() const;
  std::uint32_t version() const;

  // Returns a binary privet.v1.Policy, the same bytes for the same policy: to
  // embed in a host that wants no file. It parses into what Compile() takes.
  std::string Serialize() const;

  // Returns what is worth a second look: rules that do nothing, data kept for
  // ever, blocks that are not acted on yet. Slow: it decides a lot.
  Diagnostics Lint() const;

 private:
  friend class policy::PolicyAccess;  // src/policy/policy_access.h
  class Impl;
  explicit Policy(std::shared_ptr<const Impl> impl);
  static absl::StatusOr<Policy> Finish(std::shared_ptr<Impl> impl,
                                       Diagnostics* errors);

  std::shared_ptr<const Impl> impl_;
};

}  // namespace privet

#endif  // PRIVET_POLICY_H_
