// SPDX-License-Identifier: Apache-2.0
//
// Calls that may not wait for a store.

#include "absl/status/status.h"
#include "infermesh.pb.h"
#include "privet/engine_options.h"
#include "privet/subject.h"
#include "support/catch.h"
#include "support/infermesh.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using infermesh::v1::ApiRequest;
using testing::Infermesh;

TEST_CASE("A lease lets calls go on that may not wait for a store",
          "[refusals][prefetch]") {
  EngineOptions options;
  options.on_miss = EngineOptions::OnMiss::kRefuse;
  Infermesh mesh(options);
  const Actor gateway = mesh.gateway();
  const ApiRequest request = mesh.Request("ada");
  REQUIRE_ERROR(gateway.Seal(request, Subject("ada")),
                absl::StatusCode::kUnavailable, "Prefetch");
  REQUIRE_ERROR(mesh.test->engine().Prefetch(Subject("ada")),
                absl::StatusCode::kNotFound, "nothing is known");
  // A first word about the person gives him an owner.
  REQUIRE_OK(
      mesh.subjects().GiveConsent(Subject("ada"), PurposeId("analytics")));
  REQUIRE_OK(mesh.test->engine().Prefetch(Subject("ada")));
  REQUIRE_OK(
      gateway.Minimize(request, Subject("ada"), PurposeId("service.delivery")));
}

}  // namespace
}  // namespace privet
