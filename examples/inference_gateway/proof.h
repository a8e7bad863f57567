// SPDX-License-Identifier: Apache-2.0
//
// Holds the library to its word: looks for every text where it must not be, and
// tries to open what must not open.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_PROOF_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_PROOF_H_

#include <cstddef>
#include <map>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "host.h"
#include "world.h"

namespace gateway {

class Proof {
 public:
  Proof(Host* host, const World* world) : host_(host), world_(world) {}

  // Looks through every file of the stores, the vault and the ledger.
  absl::Status SearchFiles();

  // Looks through every byte that was sent, and holds it against what its
  // recipient may have.
  absl::Status SearchShares();

  // Opens every record that ever was, from a copy, as every role for every
  // purpose.
  absl::Status OpenEverything();

  // Says what was done, and every kind of violation (at most twenty).
  void Print(std::ostream& out) const;

  bool holds() const { return violations_.empty(); }

 private:
  absl::Status CheckSight();
  void OpenOne(std::size_t index);
  void Violate(std::string what);

  Host* const host_;
  const World* const world_;
  std::map<std::string, std::size_t> violations_;
  std::size_t files_ = 0, file_bytes_ = 0;
  std::size_t shares_ = 0, share_bytes_ = 0, recognized_ = 0;
  std::size_t attempts_ = 0, refused_ = 0, seen_ = 0, dead_ = 0;
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_PROOF_H_
