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
  subjects.reserve(kSubjects);
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

// The raw calls of opening: of each record the body that the purpose opens,
// under that record's header, with a key that we know.
class RawOpen {
 public:
  RawOpen(const Service& service, const std::vector<SealedRecord>& records,
          const std::vector<Subject>& subjects) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      calls::v1::PrivateCall seen;
      OrDie(
          service.gateway().OpenInto(records[i], subjects[i], kSupport, &seen));
      sealed_.push_back(Encrypt(HeaderOf(records[i]), seen));
    }
  }

  void Decrypt(std::size_t i, std::string* out) const {
    const Sealed& sealed = sealed_[i];
    out->resize(sealed.body.size() - base::kTagSize);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            reinterpret_cast<unsigned char*>(out->data()), nullptr, nullptr,
            Bytes(sealed.body), sealed.body.size(), Bytes(sealed.header),
            sealed.header.size(), nonce_.data(), key_.data()) != 0) {
      std::abort();
    }
  }

 private:
  struct Sealed {
    std::string header, body;
  };

  Sealed Encrypt(const base::SealedHeader& header,
                 const calls::v1::PrivateCall& seen) const {
    const std::string plaintext = seen.SerializeAsString();
    Sealed sealed;
    sealed.header = std::string(header.header());
    sealed.body.resize(plaintext.size() + base::kTagSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        reinterpret_cast<unsigned char*>(sealed.body.data()), nullptr,
        Bytes(plaintext), plaintext.size(), Bytes(sealed.header),
        sealed.header.size(), nullptr, nonce_.data(), key_.data());
    // One of four bodies is of that size: the one that was opened.
    int bodies = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
      bodies += header.body(i).size() == sealed.body.size();
    }
    if (header.size() != kCompartments || bodies != 1) std::abort();
    return sealed;
  }

  const std::array<unsigned char, 32> key_{};
  const std::array<unsigned char, base::kNonceSize> nonce_{};
  std::vector<Sealed> sealed_;
};

void MeasureSeal(const Service& service, const std::vector<Subject>& subjects,
                 const std::vector<calls::v1::Call>& calls) {
  const auto seal = [&] {
    for (int i = 0; i < kCallsOfRound; ++i) {
      const auto at = static_cast<std::size_t>(i % kSubjects);
      auto record = service.gateway().Seal(calls[at], subjects[at]);
      if (!record.ok()) std::abort();  // a refusal would be fast
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
  Report("seal_ns", ProcessorSeconds(seal) / kCallsOfRound * 1e9);
  Report("seal_vs_floor", MedianRatio(kRounds, seal, floor));
}

void MeasureOpen(const Service& service, const std::vector<Subject>& subjects) {
  std::vector<SealedRecord> records;
  records.reserve(subjects.size());
  for (const Subject& subject : subjects) {
    records.push_back(
        OrDie(service.gateway().Seal(PrivateCall(subject.id()), subject)));
  }
  const RawOpen raw(service, records, subjects);
  calls::v1::PrivateCall message;
  const auto open = [&] {
    for (int i = 0; i < kCallsOfRound; ++i) {
      const auto at = static_cast<std::size_t>(i % kSubjects);
      OrDie(service.gateway().OpenInto(records[at], subjects[at], kSupport,
                                       &message));
    }
  };
  std::string out;
  const auto floor = [&] {
    for (int i = 0; i < kCallsOfRound; ++i) {
      raw.Decrypt(static_cast<std::size_t>(i % kSubjects), &out);
      if (!message.ParseFromString(out)) std::abort();
    }
  };
  open();
  Report("open_ns", ProcessorSeconds(open) / kCallsOfRound * 1e9);
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
      if (!record.ok()) std::abort();  // a refusal would be fast
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
  calls.reserve(subjects.size());
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
