// SPDX-License-Identifier: Apache-2.0
//
// What the library adds to the ciphers: Seal and OpenInto against the raw calls
// that nobody can do without.

#include <sodium.h>
#include <sys/random.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/sealed_header.h"
#include "calls.pb.h"
#include "keys/ledger.h"
#include "privet/engine.h"
#include "privet/keys.h"
#include "privet/policy.h"
#include "privet/testing/stores.h"
#include "support/bar.h"

namespace privet::benchmarks {
namespace {

constexpr int kSubjects = 1000;
constexpr int kCallsOfRound = 10 * kSubjects;
constexpr int kRounds = 31;
constexpr int kThreadRounds = 9;
constexpr std::size_t kCompartments = 4;

constexpr ActorId kGateway("gateway");
constexpr RegionId kHome("de");
constexpr PurposeId kSupport("support");

void OrDie(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "seal_benchmark: %s\n", status.ToString().c_str());
  std::abort();
}

template <typename T>
T OrDie(absl::StatusOr<T> result) {
  OrDie(result.status());
  return *std::move(result);
}

// An engine as a service has it, but for its stores, which no measured call
// reads.
class Service {
 public:
  Service()
      : folder_((std::filesystem::temp_directory_path() / "privet_XXXXXX")
                    .string()) {
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
    OrDie(CreateKeyFile(folder_ + "/root.keys"));
    OrDie(keys::Ledger::Create(folder_ + "/ledger"));
    EngineOptions options;
    options.keys = OrDie(OpenKeyFile(folder_ + "/root.keys"));
    options.vault = testing::NewMemoryStore();
    options.state = testing::NewMemoryStore();
    options.ledger = folder_ + "/ledger";
    Policy policy = OrDie(Policy::Load(PRIVET_BENCHMARK_POLICY));
    engine_ = std::make_unique<Engine>(
        OrDie(Engine::Create(std::move(policy), std::move(options))));
    gateway_ = std::make_unique<Actor>(OrDie(engine_->ActAs(kGateway, kHome)));
  }
  ~Service() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const Actor& gateway() const { return *gateway_; }

 private:
  std::string folder_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Actor> gateway_;
};

template <typename Message>
Message CallOf(const std::string& account) {
  Message call;
  call.set_account_id(account);
  call.set_email(account + "@example.com");
  call.set_model("sky-7b-instruct");
  call.set_prompt_tokens(374);
  call.set_output_tokens(44);
  call.set_latency_us(1'284'000);
  call.set_error(429);
  call.set_prompt("why is the sky blue?");
  call.set_output("because of Rayleigh scattering");
  return call;
}

calls::v1::Call PublicCall(const std::string& account) {
  auto call = CallOf<calls::v1::Call>(account);
  call.set_api_version("2026-01-01");
  call.set_currency("EUR");
  call.set_shard(17);
  return call;
}

calls::v1::PrivateCall PrivateCall(const std::string& account) {
  auto call = CallOf<calls::v1::PrivateCall>(account);
  call.set_client_ip("203.0.113.77");
  call.set_access("tls1.3");
  call.set_port(443);
  return call;
}

std::vector<Subject> Subjects() {
  std::vector<Subject> subjects;
  for (int i = 0; i < kSubjects; ++i) {
    subjects.emplace_back("account-" + std::to_string(1000 + i));
  }
  return subjects;
}

base::SealedHeader HeaderOf(const SealedRecord& record) {
  return OrDie(base::SealedHeader::Parse(record.bytes()));
}

const unsigned char* Bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// The raw calls of one sealing: the same sizes, the same cipher.
struct RawSeal {
  std::string header;
  std::vector<std::string> plaintexts;
  std::array<unsigned char, 32> key{};
  std::vector<unsigned char> out;

  explicit RawSeal(const SealedRecord& record) {
    const base::SealedHeader sealed = HeaderOf(record);
    if (sealed.size() != kCompartments) std::abort();
    header = std::string(sealed.header());
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      plaintexts.emplace_back(sealed.body(i).size() - base::kTagSize, 'x');
    }
    out.resize(record.bytes().size());
  }

  void Encrypt() {
    std::array<unsigned char, base::kNonceSize> nonce;
    if (getrandom(nonce.data(), nonce.size(), 0) < 0) std::abort();
    unsigned char* at = out.data();
    for (const std::string& plaintext : plaintexts) {
      crypto_aead_xchacha20poly1305_ietf_encrypt(
          at, nullptr, Bytes(plaintext), plaintext.size(), Bytes(header),
          header.size(), nullptr, nonce.data(), key.data());
      at += plaintext.size() + base::kTagSize;
    }
    DoNotOptimize(out.data());
  }
};

void MeasureSeal(const Service& service, const std::vector<Subject>& subjects,
                 const std::vector<calls::v1::Call>& calls) {
  const auto seal = [&] {
    for (int i = 0; i < kCallsOfRound; ++i) {
      const auto at = static_cast<std::size_t>(i % kSubjects);
      auto record = service.gateway().Seal(calls[at], subjects[at]);
      DoNotOptimize(record);
    }
  };
  RawSeal raw(OrDie(service.gateway().Seal(calls[0], subjects[0])));
  std::string serialized;
  const auto floor = [&] {
    for (int i = 0; i < kCallsOfRound; ++i) {
      calls[static_cast<std::size_t>(i % kSubjects)].SerializeToString(
          &serialized);
      DoNotOptimize(serialized.data());
      raw.Encrypt();
    }
  };
  seal();  // the keys of all subjects are cached from here on
  Report("seal_ns", Seconds(seal) / kCallsOfRound * 1e9);
  Report("seal_vs_floor", MedianRatio(kRounds, seal, floor));
}

void MeasureOpen(const Service& service, const std::vector<Subject>& subjects) {
  std::vector<SealedRecord> records;
  for (const Subject& subject : subjects) {
    records.push_back(
        OrDie(service.gateway().Seal(PrivateCall(subject.id()), subject)));
  }
  // Which body the purpose opens: that of the fields it sees.
  calls::v1::PrivateCall message, seen;
  OrDie(service.gateway().OpenInto(records[0], subjects[0], kSupport, &seen));
  const std::string plaintext = seen.SerializeAsString();
  const base::SealedHeader header = HeaderOf(records[0]);
  std::size_t body = kCompartments;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header.body(i).size() == plaintext.size() + base::kTagSize) body = i;
  }
  if (header.size() != kCompartments || body == kCompartments) std::abort();

  std::array<unsigned char, 32> key{};
  std::array<unsigned char, base::kNonceSize> nonce{};
  std::vector<unsigned char> sealed(header.body(body).size());
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      sealed.data(), nullptr, Bytes(plaintext), plaintext.size(),
      Bytes(header.header()), header.header().size(), nullptr, nonce.data(),
      key.data());

  const auto open = [&] {
    for (int i = 0; i < kCallsOfRound; ++i) {
      const auto at = static_cast<std::size_t>(i % kSubjects);
      OrDie(service.gateway().OpenInto(records[at], subjects[at], kSupport,
                                       &message));
    }
  };
  std::string out(plaintext.size(), '\0');
  const auto floor = [&] {
    for (int i = 0; i < kCallsOfRound; ++i) {
      if (crypto_aead_xchacha20poly1305_ietf_decrypt(
              reinterpret_cast<unsigned char*>(out.data()), nullptr, nullptr,
              sealed.data(), sealed.size(), Bytes(header.header()),
              header.header().size(), nonce.data(), key.data()) != 0 ||
          !message.ParseFromString(out)) {
        std::abort();
      }
    }
  };
  open();
  Report("open_ns", Seconds(open) / kCallsOfRound * 1e9);
  Report("open_one_of_four_vs_floor", MedianRatio(kRounds, open, floor));
}

// Returns what two threads do in the time of one: at best 2.
double Speedup(const std::function<void(int thread)>& work) {
  const double alone = Seconds([&] { work(0); });
  const double together = Seconds([&] {
    std::thread other([&] { work(1); });
    work(0);
    other.join();
  });
  return 2 * alone / together;
}

void MeasureThreads(const Service& service,
                    const std::vector<Subject>& subjects,
                    const std::vector<calls::v1::Call>& calls) {
  const RawSeal raw(OrDie(service.gateway().Seal(calls[0], subjects[0])));
  std::array<RawSeal, 2> raws = {raw, raw};
  const auto seal = [&](int thread) {
    for (int i = 0; i < kCallsOfRound; ++i) {
      const auto at =
          static_cast<std::size_t>((i + thread * kSubjects / 2) % kSubjects);
      auto record = service.gateway().Seal(calls[at], subjects[at]);
      DoNotOptimize(record);
    }
  };
  const auto encrypt = [&](int thread) {
    for (int i = 0; i < kCallsOfRound; ++i) {
      raws[static_cast<std::size_t>(thread)].Encrypt();
    }
  };
  std::vector<double> ratios;
  for (int i = 0; i < kThreadRounds; ++i) {
    const double ours = Speedup(seal);
    ratios.push_back(ours / Speedup(encrypt));
  }
  Report("threads2_scaling", Median(std::move(ratios)));
}

// Measures one of `seal`, `open`, `threads`, or, if `only` is empty, all.
void Run(std::string_view only) {
  if (sodium_init() < 0) std::abort();
  const Service service;
  const std::vector<Subject> subjects = Subjects();
  std::vector<calls::v1::Call> calls;
  for (const Subject& subject : subjects) {
    calls.push_back(PublicCall(subject.id()));
  }
  const auto wanted = [only](std::string_view name) {
    return only.empty() || only == name;
  };
  if (wanted("seal")) MeasureSeal(service, subjects, calls);
  if (wanted("open")) MeasureOpen(service, subjects);
  if (wanted("threads")) MeasureThreads(service, subjects, calls);
}

}  // namespace
}  // namespace privet::benchmarks

int main(int argc, char** argv) {
  privet::benchmarks::Run(argc > 1 ? argv[1] : "");
}
