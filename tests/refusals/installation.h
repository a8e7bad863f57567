// SPDX-License-Identifier: Apache-2.0
//
// A local installation in a folder of its own, with one record that was
// acknowledged.

#ifndef PRIVET_TESTS_REFUSALS_INSTALLATION_H_
#define PRIVET_TESTS_REFUSALS_INSTALLATION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "infermesh.pb.h"
#include "privet/local.h"
#include "privet/testing/stores.h"
#include "store/temporary_folder.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/status_assertions.h"

namespace privet::testing {

// Stands in every value that the tests hand in, and in no message.
inline constexpr char kCanary[] = "canary-5e1f";

class Installation {
 public:
  Installation() {
    REQUIRE_OK(InitLocal(folder(), ReferencePolicyText()));
    const auto local = Open();
    REQUIRE_OK(local);
    const auto sealed = Seal(*local, "ada");
    REQUIRE_OK(sealed);
    REQUIRE_OK(local->records->Put(*sealed));
    id_ = sealed->id();
  }

  const std::string& top() const { return top_.path(); }
  std::string folder() const { return top_ / "privacy"; }
  std::string keys() const { return folder() + ".keys"; }
  ManualClock& clock() { return clock_; }

  absl::StatusOr<Local> Open() {
    EngineOptions options;
    options.clock = &clock_;
    options.allow_unlocked_memory = true;
    return OpenLocal(folder(), options);
  }

  static absl::StatusOr<Actor> Gateway(const Local& local) {
    return local.engine.ActAs(ActorId("gateway"), RegionId("de"));
  }
  static absl::StatusOr<SealedRecord> Seal(const Local& local,
                                           const std::string& account) {
    infermesh::v1::ApiRequest request;
    request.set_account_id(account);
    request.set_prompt(kCanary);
    auto gateway = Gateway(local);
    if (!gateway.ok()) return gateway.status();
    return gateway->Seal(request, Subject(account));
  }

  // Reads the record that was acknowledged.
  absl::Status Read(const Local& local) const {
    auto sealed = local.records->Get(id_);
    if (!sealed.ok()) return sealed.status();
    auto gateway = Gateway(local);
    if (!gateway.ok()) return gateway.status();
    const auto seen = gateway->Open<infermesh::v1::ApiRequest>(
        *sealed, Subject("ada"), PurposeId("service.delivery"));
    if (!seen.ok()) return seen.status();
    if (seen->prompt() == kCanary) return absl::OkStatus();
    return absl::InternalError("the record is another one");
  }

  // Opens the installation and the record in it.
  absl::Status OpenAll() {
    const auto local = Open();
    return local.ok() ? Read(*local) : local.status();
  }

  // Expires what is due, as a process without the root key does.
  absl::Status Sweep() { return SweepLocal(folder(), &clock_).status(); }

 private:
  TemporaryFolder top_;
  ManualClock clock_;
  RecordId id_;
};

// The status is what is expected, and tells nothing of anybody's data.
inline void CheckRefused(const absl::Status& status, absl::StatusCode code,
                         const std::string& text) {
  INFO(status.ToString());
  CHECK(status.code() == code);
  CHECK_THAT(std::string(status.message()), ContainsSubstring(text));
  CHECK(status.ToString().find(kCanary) == std::string::npos);
}

}  // namespace privet::testing

#endif  // PRIVET_TESTS_REFUSALS_INSTALLATION_H_
