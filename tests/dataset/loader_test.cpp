#include "dataset/loader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>

#include "core/platform/thread.hpp"
#include "core/random.hpp"
#include "dataset/order.hpp"
#include "support/thrown.hpp"

namespace dcgan::test::loaders {
namespace {

/// Pictures made of their own number; `on_copy` sees every copy before it happens.
class NumberPixels : public Pixels {
 public:
  explicit NumberPixels(int64_t count, std::function<void(int64_t)> on_copy = {}) : on_copy_(std::move(on_copy)) {
    info_.size = {5, 2};
    info_.channels = 3;
    info_.count = count;
  }
  void copy(int64_t index, uint8_t* out) const override {
    if (on_copy_) on_copy_(index);
    for (int64_t i = 0; i < info_.image_bytes(); ++i) out[i] = static_cast<uint8_t>(31 * index + i);
  }
  int32_t label(int64_t index) const override { return static_cast<int32_t>(index); }
  bool decodes() const override { return true; }

 private:
  std::function<void(int64_t)> on_copy_;
};

LoaderOptions options_of(int64_t batch, int64_t threads, int64_t ahead = 4, int64_t first_image = 0,
                         bool flip = false) {
  LoaderOptions options;
  options.batch = batch, options.threads = threads, options.ahead = ahead, options.first_image = first_image;
  options.flip = flip, options.seed = 9;
  return options;
}

struct Stream {
  std::vector<uint8_t> pixels;
  std::vector<int32_t> labels;
  bool operator==(const Stream&) const = default;
};

Stream stream_of(const Pixels& pixels, const LoaderOptions& options, int64_t batches) {
  Loader loader(pixels, options);
  Stream stream;
  for (int64_t i = 0; i < batches; ++i) {
    const Batch& batch = loader.next();
    EXPECT_EQ(batch.first_image, options.first_image + i * options.batch);
    stream.pixels.insert(stream.pixels.end(), batch.pixels.begin(), batch.pixels.end());
    stream.labels.insert(stream.labels.end(), batch.labels.begin(), batch.labels.end());
  }
  return stream;
}

TEST(Loader, GivesTheSameBatchesOnAnyNumberOfThreads) {
  const NumberPixels pixels(37);
  const Stream one = stream_of(pixels, options_of(8, 1, 4, 0, true), 40);
  EXPECT_EQ(stream_of(pixels, options_of(8, 4, 4, 0, true), 40), one);
  EXPECT_EQ(stream_of(pixels, options_of(8, 3, 1, 0, true), 40), one);
  EXPECT_EQ(stream_of(pixels, options_of(8, 2, 9, 0, true), 40), one);
}

TEST(Loader, GivesTheSameImagesInBatchesOfAnySize) {
  const NumberPixels pixels(37);
  EXPECT_EQ(stream_of(pixels, options_of(8, 2, 4, 0, true), 9), stream_of(pixels, options_of(24, 2, 4, 0, true), 3));
}

TEST(Loader, BeginsAtAnOffsetAsIfItHadSkipped) {
  const NumberPixels pixels(37);
  const Stream whole = stream_of(pixels, options_of(8, 2, 4, 0, true), 40);
  const int64_t bytes = pixels.info().image_bytes();
  for (const int64_t offset : {1, 8, 36, 37, 38, 100, 160}) {
    const Stream part = stream_of(pixels, options_of(8, 2, 4, offset, true), 20);
    EXPECT_TRUE(std::equal(part.labels.begin(), part.labels.end(), whole.labels.begin() + offset)) << offset;
    EXPECT_TRUE(std::equal(part.pixels.begin(), part.pixels.end(), whole.pixels.begin() + offset * bytes)) << offset;
  }
}

TEST(Loader, ShowsEveryPictureOnceAnEpochInTheOrderOfItsPermutation) {
  const NumberPixels pixels(37);
  const Stream stream = stream_of(pixels, options_of(10, 2), 37);  // ten epochs; batches cross them
  for (int64_t image = 0; image < 370; ++image)
    ASSERT_EQ(stream.labels[static_cast<size_t>(image)], Permutation(37, 9, image / 37)(image % 37));
  for (size_t epoch = 0; epoch < 10; ++epoch)
    EXPECT_EQ(std::set<int32_t>(stream.labels.begin() + epoch * 37, stream.labels.begin() + (epoch + 1) * 37).size(),
              37u);
}

TEST(Loader, PutsPicturesBesideTheirLabels) {
  const NumberPixels pixels(37);
  const Stream stream = stream_of(pixels, options_of(10, 2), 10);
  for (size_t i = 0; i < stream.labels.size(); ++i)
    for (size_t b = 0; b < 30; ++b)
      ASSERT_EQ(stream.pixels[30 * i + b], static_cast<uint8_t>(31 * static_cast<size_t>(stream.labels[i]) + b));
}

TEST(Loader, FillsABatchFromASetThatIsSmaller) {
  const Stream stream = stream_of(NumberPixels(3), options_of(64, 2), 3);
  ASSERT_EQ(stream.labels.size(), 192u);
  for (int32_t label = 0; label < 3; ++label)
    EXPECT_EQ(std::count(stream.labels.begin(), stream.labels.end(), label), 64);
  EXPECT_EQ(stream_of(NumberPixels(1), options_of(4, 1), 1).labels, std::vector<int32_t>(4, 0));
}

TEST(Loader, MirrorsExactlyTheDrawnImages) {
  const NumberPixels pixels(37);
  const Stream plain = stream_of(pixels, options_of(10, 2), 40),
               flipped = stream_of(pixels, options_of(10, 2, 4, 0, true), 40);
  EXPECT_EQ(plain.labels, flipped.labels);
  int64_t mirrored = 0;
  for (size_t image = 0; image < 400; ++image) {
    const bool is_drawn = Draw(9, Purpose::kFlip, image).word(0) & 1;
    mirrored += is_drawn;
    for (size_t y = 0; y < 2; ++y)
      for (size_t x = 0; x < 5; ++x)
        for (size_t c = 0; c < 3; ++c)
          ASSERT_EQ(flipped.pixels[image * 30 + y * 15 + x * 3 + c],
                    plain.pixels[image * 30 + y * 15 + (is_drawn ? 4 - x : x) * 3 + c]);
  }
  EXPECT_NEAR(static_cast<double>(mirrored), 200, 50);
}

TEST(Loader, NeverHoldsMoreBatchesThanItMayBeAhead) {
  for (const int64_t ahead : {1, 2, 5}) {
    constexpr int64_t kBatch = 4;
    std::atomic<int64_t> copies{0}, asked{0}, most_over{0};
    const NumberPixels pixels(100, [&](int64_t) {
      // Batch n may be begun when batch n - ahead was given back, which the call after the one that gave it does.
      // Counted first: `asked` only grows, so a thread that is held up here never sees too little allowed.
      const int64_t copied = ++copies;
      const int64_t over = copied - (std::max<int64_t>(0, asked - 1) + ahead) * kBatch;
      if (over > most_over) most_over = over;
    });
    {
      Loader loader(pixels, options_of(kBatch, 4, ahead));
      while (copies < ahead * kBatch) std::this_thread::yield();  // until it is as far ahead as it may be
      for (int i = 0; i < 300; ++i) {
        ++asked;
        loader.next();
      }
    }
    EXPECT_LE(most_over, 0) << ahead;
  }
}

TEST(Loader, LeavesABatchAloneUntilTheCallAfter) {
  const NumberPixels pixels(100);
  Loader loader(pixels, options_of(4, 4, 2));
  for (int i = 0; i < 200; ++i) {
    const Batch& batch = loader.next();
    const Batch copy = batch;
    std::this_thread::yield();
    ASSERT_EQ(batch.pixels, copy.pixels);  // and the thread sanitizer watches for a writer
    ASSERT_EQ(batch.labels, copy.labels);
  }
}

TEST(Loader, HandsAnErrorOfAThreadToItsCaller) {
  for (const int64_t threads : {1, 4}) {
    const NumberPixels pixels(100, [](int64_t index) {
      if (index == 50) throw Error("picture 50 is gone", "put it back");
    });
    Loader loader(pixels, options_of(10, threads));
    const Thrown error = thrown_by([&] {
      for (int i = 0; i < 10; ++i) loader.next();  // picture 50 is in the first epoch
    });
    EXPECT_EQ(error.what, "picture 50 is gone");
    EXPECT_EQ(error.hint, "put it back");
  }
}

TEST(Loader, GivesEveryBatchBeforeTheErrorAndNoneAfter) {
  const Permutation order(100, 9, 0);
  int64_t place = 0;
  while (order(place) != 50) ++place;
  const NumberPixels pixels(100, [](int64_t index) {
    if (index == 50) throw Error("picture 50 is gone");
  });
  Loader loader(pixels, options_of(1, 1));
  for (int64_t i = 0; i < place; ++i) ASSERT_EQ(loader.next().labels[0], order(i));
  for (int again = 0; again < 10; ++again) EXPECT_EQ(thrown_by([&] { loader.next(); }).what, "picture 50 is gone");
}

TEST(Loader, KeepsThrowingWhenLaterBatchesAreThere) {
  // Batch 1 waits until those around it are being read by other threads; then it fails.
  std::atomic<int> begun{0};
  const Permutation order(100, 9, 0);
  const NumberPixels pixels(100, [&, bad = order(1)](int64_t index) {
    ++begun;
    if (index != bad) return;
    while (begun < 4) std::this_thread::yield();
    throw Error("the second is gone");
  });
  for (int repeat = 0; repeat < 20; ++repeat) {
    begun = 0;
    Loader loader(pixels, options_of(1, 4, 4));
    try {
      loader.next();  // may or may not come before the error
    } catch (const Error&) {
    }
    for (int again = 0; again < 8; ++again) EXPECT_EQ(thrown_by([&] { loader.next(); }).what, "the second is gone");
  }
}

TEST(Loader, TellsOneBatchAheadThatTheNextCannotCome) {
  for (const int64_t threads : {1, 2, 4})
    for (int64_t bad = 0; bad < 6; ++bad) {
      const NumberPixels pixels(60, [&](int64_t index) {
        // Of batch `bad`: with one seed and picture a batch, image k of the run is a picture of its own.
        if (index == Permutation(60, 9, 0)(bad)) throw Error("picture " + std::to_string(index));
      });
      Loader loader(pixels, options_of(1, threads));
      if (bad > 0) { EXPECT_EQ(loader.trouble_ahead(), nullptr); }
      for (int64_t i = 0; i < bad; ++i) {
        EXPECT_EQ(loader.next().first_image, i);
        EXPECT_EQ(loader.trouble_ahead() != nullptr, i == bad - 1) << bad << " on " << threads << " at " << i;
      }
      EXPECT_CONTAINS(thrown_by([&] { loader.next(); }).what, "picture ");
    }
}

TEST(Loader, DoesWithAsManyThreadsAsTheSystemGives) {
  const NumberPixels pixels(20);
  const Stream all = stream_of(pixels, options_of(3, 4), 9);
  for (int64_t given = 1; given <= 4; ++given) {
    allow_threads(given);
    EXPECT_EQ(stream_of(pixels, options_of(3, 4), 9), all) << given;
  }
  allow_threads(0);
  EXPECT_CONTAINS(thrown_by([&] { Loader loader(pixels, options_of(3, 4)); }).what, "cannot start a thread");
  allow_threads(-1);
}

TEST(Loader, EndsWhileItsThreadsWaitForRoom) {
  std::atomic<int64_t> copies{0};
  const NumberPixels pixels(100, [&](int64_t) { ++copies; });
  {
    const Loader loader(pixels, options_of(4, 3, 2));
    while (copies < 8) std::this_thread::yield();  // full: nobody takes a batch
  }
  EXPECT_EQ(copies, 8);
}

TEST(Loader, EndsWhileItsThreadsRead) {
  for (int i = 0; i < 50; ++i) {
    const NumberPixels pixels(100);
    Loader loader(pixels, options_of(4, 3, 2));
    if (i % 2) loader.next();
  }
  SUCCEED();  // it came here
}

}  // namespace
}  // namespace dcgan::test::loaders
