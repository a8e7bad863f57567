// SPDX-License-Identifier: Apache-2.0
//
// A decision neither locks nor allocates. This file replaces the allocator of
// the test program and the locks of its C library by ones that count.

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "policy/policy_fixture.h"
#include "support/catch.h"

namespace {

// Only what this thread does counts: the test program has no other then.
thread_local bool counting = false;
thread_local int allocations = 0;
thread_local int locks = 0;

}  // namespace

void* operator new(std::size_t size) {
  if (counting) ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const auto real =
      reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  if (counting) ++locks;
  return real(mutex);
}
#endif

namespace privet::testing {
namespace {

// Runs `work` and returns how often it allocated or locked.
template <typename Work>
std::pair<int, int> CostOf(const Work& work) {
  allocations = locks = 0;
  counting = true;
  work();
  counting = false;
  return {allocations, locks};
}

TEST_CASE(
    "Finding a context again, a word and a decision cost no lock and no "
    "memory",
    "[policy][hot]") {
  const PolicyUnderTest policy(
      ReadTextFile("examples/infermesh/policy.textproto"));
  Ask ask;
  ask.actor = "product";
  ask.purpose = "analytics";
  ask.recipient = "analytics_co";
  ask.operation = policy::Operation::kShare;
  ask.subject.consents = {"analytics"};
  const policy::Context& context = policy.ContextOf(ask);
  const policy::SubjectFacts facts = policy.snapshot().FactsOf(ask.subject);
  const policy::Category tokens = policy.CategoryOf("service_log.tokens");
  const policy::Node node = *context.NodeOf({&tokens, 1});

  // The counters count.
  CHECK(CostOf([&] { policy.snapshot().FactsOf(ask.subject); }).first > 0);
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
  const policy::Word any = context.MakeWord(facts, ask.request, ask.day);
  CHECK(CostOf([&] {
          policy.snapshot().Explain(context, {&tokens, 1}, any);
        }).second > 0);
#endif

  bool permitted = true;
  const auto cost = CostOf([&] {
    for (int i = 0; i < 100; ++i) {
      const auto found = policy.snapshot().FindContext(
          policy::Operation::kShare, ActorId("product"), PurposeId("analytics"),
          RecipientId("analytics_co"), RegionId("de"));
      permitted &= found.ok() && *found == &context;
      const policy::Word word = context.MakeWord(facts, ask.request, ask.day);
      permitted &= context.Decide(tokens, word).permitted;
      permitted &= context.Evaluate(node, word).permitted;
      permitted &= *context.NodeOf({&tokens, 1}) == node;
    }
  });
  CHECK(permitted);
  CHECK(cost.first == 0);
  CHECK(cost.second == 0);
}

}  // namespace
}  // namespace privet::testing
