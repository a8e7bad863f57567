// SPDX-License-Identifier: Apache-2.0

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/sealed_header.h"
#include "crypto/random.h"
#include "seal/rig.h"
#include "seal/sealer.h"
#include "support/catch.h"
#include "support/property.h"
#include "support/status_assertions.h"

namespace privet::seal {
namespace {

using namespace privet::testing;  // NOLINT: the rig

std::uint64_t FirstBytesOfNonce(const std::string& sealed) {
  const auto header = base::SealedHeader::Parse(sealed);
  return base::LoadInt<std::uint64_t>(header->nonce().data());
}

TEST_CASE("A million sealings have a million nonces", "[seal][nonce]") {
  Rig rig;
  const Compartment one = {0x22, rig.terms[kContent], "x"};
  SealInput input = rig.Input({});
  input.compartments = absl::MakeConstSpan(&one, 1);
  const auto count = static_cast<std::size_t>(testing::PropertyRuns(1'000'000));
  // Two of a million random numbers of 64 bits agree once in 37 million runs,
  // so the first eight bytes of a nonce are enough to tell.
  std::vector<std::uint64_t> nonces;
  nonces.reserve(count);
  const Sealer sealer(rig.keyring.get());
  const keys::KeyCall call = rig.BeginOrDie();
  Sealed sealed;
  for (std::size_t i = 0; i < count; ++i) {
    const absl::Status status = sealer.Seal(call, input, NoEvent, &sealed);
    if (!status.ok()) REQUIRE_OK(status);
    nonces.push_back(FirstBytesOfNonce(sealed.bytes));
  }
  std::sort(nonces.begin(), nonces.end());
  CHECK(std::adjacent_find(nonces.begin(), nonces.end()) == nonces.end());
}

TEST_CASE("A child draws other randomness than its parent", "[seal][nonce]") {
  std::uint8_t before[24];
  crypto::RandomBytes(before,
                      sizeof(before));  // what a pool would be filled by
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::uint8_t drawn[24];
    crypto::RandomBytes(drawn, sizeof(drawn));
    const bool sent = write(ends[1], drawn, sizeof(drawn)) == sizeof(drawn);
    _exit(sent ? 0 : 1);
  }
  std::uint8_t ours[24], theirs[24];
  crypto::RandomBytes(ours, sizeof(ours));
  REQUIRE(read(ends[0], theirs, sizeof(theirs)) == sizeof(theirs));
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(std::memcmp(ours, theirs, sizeof(ours)) != 0);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace privet::seal
