// SPDX-License-Identifier: Apache-2.0
//
// The service around the library: an engine, its stores, one capability for
// each role, and the outbox of what was sent to others.

#ifndef PRIVET_EXAMPLES_INFERENCE_GATEWAY_HOST_H_
#define PRIVET_EXAMPLES_INFERENCE_GATEWAY_HOST_H_

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clock.h"
#include "privet/local.h"
#include "privet/transform.h"
#include "texts.h"

namespace gateway {

// Takes e-mail addresses out of free text.
class AddressScanner final : public privet::Scanner {
 public:
  std::optional<std::size_t> Apply(std::string_view text,
                                   absl::Span<char> out) const override;
};

// What was sent, in order, in one file; and what each piece may hold at most.
class Outbox {
 public:
  struct Piece {
    privet::RecipientId recipient;
    std::uint32_t account = 0;
    std::uint32_t record = 0;
    std::size_t begin = 0, size = 0;
    TextSet sendable;
  };

  explicit Outbox(const std::string& path)
      : path_(path), file_(path, std::ios::binary) {}

  absl::Status Send(const privet::SharedRecord& shared, Piece piece);
  absl::Status Close();

  const std::string& path() const { return path_; }
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  std::string path_;
  std::ofstream file_;
  std::size_t size_ = 0;
  std::vector<Piece> pieces_;
};

class Host {
 public:
  // Makes a service with `policy` under `folder`, which is there and empty.
  static absl::StatusOr<std::unique_ptr<Host>> Create(const std::string& folder,
                                                      const std::string& policy,
                                                      absl::Time start);

  // Puts another policy to work, here and for the sweeper.
  absl::Status SetPolicy(const std::string& policy);

  // Disposes of what is due, as a process without keys would.
  absl::StatusOr<privet::SweepReport> Sweep() const;

  const privet::Actor& As(privet::ActorId actor) const {
    return actors_.at(actor.hash());
  }
  privet::Subjects subjects() const { return local_.engine.subjects(); }
  privet::RecordStore& records() const { return *local_.records; }
  SimulatedClock& clock() { return *clock_; }
  Outbox& outbox() { return outbox_; }
  const std::string& folder() const { return folder_; }

 private:
  Host(std::string folder, std::unique_ptr<SimulatedClock> clock,
       privet::Local local);

  const std::string folder_;
  std::unique_ptr<SimulatedClock> clock_;
  privet::Local local_;
  std::map<std::uint64_t, privet::Actor> actors_;
  Outbox outbox_;
};

}  // namespace gateway

#endif  // PRIVET_EXAMPLES_INFERENCE_GATEWAY_HOST_H_
