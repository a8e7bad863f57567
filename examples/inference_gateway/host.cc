// SPDX-License-Identifier: Apache-2.0

#include "host.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "infermesh_policy.h"
#include "privet/policy.h"

namespace gateway {
namespace {

namespace actor = infermesh::actor;

constexpr privet::ActorId kActors[] = {
    actor::kGateway, actor::kAccounts, actor::kPayments, actor::kSupportDesk,
    actor::kGuard,   actor::kAuditor,  actor::kProduct,  actor::kLegal};

std::string ServiceFolder(const std::string& folder) {
  return folder + "/privacy";
}

}  // namespace

std::optional<std::size_t> AddressScanner::Apply(std::string_view text,
                                                 absl::Span<char> out) const {
  std::size_t size = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.size(), text.find_first_of(" \n"));
    const std::string_view word = text.substr(0, end);
    if (word.find('@') == std::string_view::npos) {
      size = static_cast<std::size_t>(
          std::copy(word.begin(), word.end(), out.begin() + size) -
          out.begin());
    } else {
      out[size++] = '@';
    }
    if (end < text.size()) out[size++] = text[end];
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return size;
}

absl::Status Outbox::Send(const privet::SharedRecord& shared, Piece piece) {
  piece.recipient = shared.recipient();
  piece.begin = size_;
  piece.size = shared.bytes().size();
  file_ << shared.bytes();
  size_ += piece.size;
  pieces_.push_back(piece);
  if (file_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write `", path_, "`"));
}

absl::Status Outbox::Close() {
  file_.close();
  if (file_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write `", path_, "`"));
}

Host::Host(std::string folder, std::unique_ptr<SimulatedClock> clock,
           privet::Local local)
    : folder_(std::move(folder)),
      clock_(std::move(clock)),
      local_(std::move(local)),
      outbox_(folder_ + "/outbox.bin") {}

absl::StatusOr<std::unique_ptr<Host>> Host::Create(const std::string& folder,
                                                   const std::string& policy,
                                                   absl::Time start) {
  absl::Status made = privet::InitLocal(ServiceFolder(folder), policy);
  if (!made.ok()) return made;
  auto clock = std::make_unique<SimulatedClock>(start);
  privet::EngineOptions options;
  options.clock = clock.get();
  options.scanners["default"] = std::make_shared<AddressScanner>();
  auto local = privet::OpenLocal(ServiceFolder(folder), std::move(options));
  if (!local.ok()) return local.status();
  std::unique_ptr<Host> host(
      new Host(folder, std::move(clock), *std::move(local)));
  for (const privet::ActorId id : kActors) {
    auto role = host->local_.engine.ActAs(id, infermesh::region::kDe);
    if (!role.ok()) return role.status();
    host->actors_.emplace(id.hash(), *std::move(role));
  }
  return host;
}

absl::Status Host::SetPolicy(const std::string& policy) {
  auto parsed = privet::Policy::Parse(policy, "policy.textproto");
  if (!parsed.ok()) return parsed.status();
  const std::string path = ServiceFolder(folder_) + "/policy.textproto";
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << policy;
  file.close();
  if (!file) {
    return absl::UnavailableError(absl::StrCat("cannot write `", path, "`"));
  }
  return local_.engine.SetPolicy(*std::move(parsed));
}

absl::StatusOr<privet::SweepReport> Host::Sweep() const {
  return privet::SweepLocal(ServiceFolder(folder_), clock_.get());
}

}  // namespace gateway
