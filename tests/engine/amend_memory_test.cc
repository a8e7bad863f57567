// SPDX-License-Identifier: Apache-2.0
//
// What amending gives back to the heap.

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "engine/engine_rig.h"
#include "infermesh.pb.h"
#include "privet/engine.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace {

// What is looked for in memory that is given back; null: nothing is.
std::atomic<const std::string*> wanted{nullptr};
std::atomic<int> hits{0};

void Free(void* memory) noexcept {
  if (const std::string* text = wanted.load(); text != nullptr && memory) {
    const std::string_view block(static_cast<const char*>(memory),
                                 malloc_usable_size(memory));
    if (block.find(*text) != std::string_view::npos) ++hits;
  }
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = std::malloc(std::max(size, std::size_t{1}))) return memory;
  std::abort();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size);
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory); }

namespace privet {
namespace {

TEST_CASE("The record that amending puts together is wiped before it is freed",
          "[engine][amend][memory]") {
  testing::EngineRig rig;
  const Engine engine = rig.OpenOrDie();
  const Actor gateway = testing::ActorOf(engine, "gateway");
  infermesh::v1::WebSession session = testing::SessionOf("ada");
  // So long that no memory is kept for the next call.
  session.set_access(std::string(std::size_t{2} << 20, 'x'));
  const SealedRecord sealed = testing::StoreOrDie(rig, gateway, session);
  infermesh::v1::WebSession changes;
  changes.set_ui_variant("variant-c-31");
  // Across two fields, one of them changed: in no message, only serialized.
  const std::string both = std::string("xxxx\x2a\x0c") + "variant-c-31";
  wanted = &both;
  { const std::string copy = "to be seen: " + both; }
  CHECK(hits.exchange(0) == 1);
  const auto amended = gateway.Amend(sealed, changes, Subject("ada"));
  wanted = nullptr;
  REQUIRE_OK(amended);
  CHECK(hits == 0);
  const auto seen = gateway.Open<infermesh::v1::WebSession>(
      *amended, Subject("ada"), PurposeId("service.delivery"));
  REQUIRE_OK(seen);
}

}  // namespace
}  // namespace privet
