/* The peer the engine is measured against: the same training in plain C, left to the compiler to vectorize.
 *
 * Tanh hidden layers, softmax cross-entropy, stochastic gradient descent, float32, any depth. Activations are stored
 * feature-major, [unit][example], so that the innermost loop runs along the batch; it always covers whole blocks of
 * BLOCK examples, and those beyond the batch have a gradient of zero. A batch of one takes a second path, whose
 * innermost loop runs along the UNITS of a layer; it keeps every weight matrix twice, also transposed, so that neither
 * direction needs a sum across a register. UNITS, the widest layer in whole registers, is known when compiling.
 */
#include <math.h>
#include <stdint.h>

#ifndef UNITS
#define UNITS 16
#endif
#define BLOCK 8
#define MAX_LAYERS 9
#define MAX_BATCH 256

#define LINE __attribute__((aligned(64)))

typedef float units __attribute__((vector_size(4 * UNITS)));

typedef struct {
    units weights[MAX_LAYERS][UNITS];    /* [output][input] */
    units transposed[MAX_LAYERS][UNITS]; /* [input][output] */
    units biases[MAX_LAYERS];
} network;

/* tanh x ~ x P(x^2) / Q(x^2), the same form as the engine's; branch-free, so it vectorizes */
static inline float tanh_rational(float x)
{
    x = x < -8.f ? -8.f : x;
    x = x > 8.f ? 8.f : x;
    const float t = x * x;
    const float p = (((1.5230199e-8f * t + 2.18945234e-5f) * t + 3.57159022e-3f) * t + 0.134444916f) * t + 1.f;
    const float q = (((8.52236325e-7f * t + 3.41127886e-4f) * t + 2.61644138e-2f) * t + 0.467778189f) * t + 1.f;
    return x * p / q;
}

/* e^x = 2^n 2^f, the same form as the engine's */
static inline float exp_polynomial(float x)
{
    x = x < -87.f ? -87.f : x;
    const float t = 1.44269502f * x, n = rintf(t), f = t - n;
    const float p =
        ((((1.32645905e-3f * f + 9.67161927e-3f) * f + 5.55073503e-2f) * f + 0.240222405f) * f + 0.693146976f) * f + 1.f;
    union { int32_t bits; float number; } power = {.bits = ((int32_t)n + 127) << 23};
    return p * power.number;
}

static inline float across(const float *block)
{
    float sum = 0;
    for (int k = 0; k < BLOCK; k++)
        sum += block[k];
    return sum;
}

#define EACH_EXAMPLE(s) \
    for (int block = 0; block < m; block += BLOCK) \
        for (int s = block; s < block + BLOCK; s++)

static void step_batch(network *net, const int *sizes, int layers, const float *inputs, const int *labels,
                       const int64_t *order, int m, float rate)
{
    static _Thread_local LINE float a[MAX_LAYERS + 1][UNITS][MAX_BATCH], delta[2][UNITS][MAX_BATCH];
    LINE float top[MAX_BATCH], total[MAX_BATCH];
    const int n_x = sizes[0], n_y = sizes[layers];
    for (int s = 0; s < m; s++)
        for (int i = 0; i < n_x; i++)
            a[0][i][s] = inputs[order[s] * n_x + i];
    for (int l = 0; l < layers; l++)
        for (int o = 0; o < sizes[l + 1]; o++) {
            const float *restrict w = (const float *)&net->weights[l][o];
            const float bias = net->biases[l][o];
            for (int block = 0; block < m; block += BLOCK) {
                float z[BLOCK];
                for (int k = 0; k < BLOCK; k++)
                    z[k] = bias;
                for (int i = 0; i < sizes[l]; i++)
                    for (int k = 0; k < BLOCK; k++)
                        z[k] += w[i] * a[l][i][block + k];
                for (int k = 0; k < BLOCK; k++)
                    a[l + 1][o][block + k] = l < layers - 1 ? tanh_rational(z[k]) : z[k];
            }
        }
    float (*d)[MAX_BATCH] = delta[0], (*logits)[MAX_BATCH] = a[layers];
    EACH_EXAMPLE (s)
        top[s] = logits[0][s], total[s] = 0;
    for (int o = 1; o < n_y; o++)
        EACH_EXAMPLE (s)
            top[s] = top[s] > logits[o][s] ? top[s] : logits[o][s];
    for (int o = 0; o < n_y; o++)
        EACH_EXAMPLE (s) {
            d[o][s] = exp_polynomial(logits[o][s] - top[s]);
            total[s] += d[o][s];
        }
    const float share = 1.f / m;
    EACH_EXAMPLE (s)
        total[s] = s < m ? share / total[s] : 0;
    for (int o = 0; o < n_y; o++)
        EACH_EXAMPLE (s)
            d[o][s] *= total[s];
    for (int s = 0; s < m; s++)
        d[labels[order[s]]][s] -= share;
    for (int l = layers - 1; l >= 0; l--) {
        float (*below)[MAX_BATCH] = d == delta[0] ? delta[1] : delta[0];
        if (l > 0)
            for (int i = 0; i < sizes[l]; i++)
                for (int block = 0; block < m; block += BLOCK) {
                    float g[BLOCK] = {0};
                    for (int o = 0; o < sizes[l + 1]; o++)
                        for (int k = 0; k < BLOCK; k++)
                            g[k] += net->weights[l][o][i] * d[o][block + k];
                    for (int k = 0; k < BLOCK; k++)
                        below[i][block + k] = g[k] * (1.f - a[l][i][block + k] * a[l][i][block + k]);
                }
        for (int o = 0; o < sizes[l + 1]; o++) {
            float sum[BLOCK] = {0};
            EACH_EXAMPLE (s)
                sum[s - block] += d[o][s];
            net->biases[l][o] -= rate * across(sum);
            for (int i = 0; i < sizes[l]; i++) {
                float dot[BLOCK] = {0};
                EACH_EXAMPLE (s)
                    dot[s - block] += d[o][s] * a[l][i][s];
                net->weights[l][o][i] -= rate * across(dot);
            }
        }
        d = below;
    }
}

static void step_online(network *net, const int *sizes, int layers, const float *x, int label, float rate)
{
    units h[MAX_LAYERS], d = {0};
    const int n_y = sizes[layers];
    const float *a = x;
    for (int l = 0; l < layers; l++) {
        units z = net->biases[l];
        for (int i = 0; i < sizes[l]; i++)
            z += net->transposed[l][i] * a[i];
        if (l < layers - 1)
            for (int o = 0; o < UNITS; o++)
                z[o] = tanh_rational(z[o]);
        h[l] = z;
        a = (const float *)&h[l];
    }
    float top = a[0], total = 0;
    for (int o = 1; o < n_y; o++)
        top = top > a[o] ? top : a[o];
    for (int o = 0; o < n_y; o++)
        total += d[o] = exp_polynomial(a[o] - top);
    for (int o = 0; o < n_y; o++)
        d[o] /= total;
    d[label] -= 1.f;
    for (int l = layers - 1; l >= 0; l--) {
        units below = {0};
        const units step = d * rate;
        if (l > 0) {
            for (int o = 0; o < sizes[l + 1]; o++) {
                below += net->weights[l][o] * d[o];
                net->weights[l][o] -= h[l - 1] * step[o];
            }
            below *= 1.f - h[l - 1] * h[l - 1];
        }
        const float *inputs = l > 0 ? (const float *)&h[l - 1] : x;
        for (int i = 0; i < sizes[l]; i++)
            net->transposed[l][i] -= step * inputs[i];
        net->biases[l] -= step;
        d = below;
    }
}

/* theta holds, layer after layer, W row by row and then b; order is epochs permutations of n examples. */
void train(float *theta, const int *sizes, int layers, const float *inputs, const int *labels, const int64_t *order,
           int n, int batch_size, int epochs, float rate)
{
    static _Thread_local network net;
    int at = 0;
    for (int l = 0; l < layers; l++) {
        for (int o = 0; o < UNITS; o++)
            for (int i = 0; i < UNITS; i++)
                net.transposed[l][i][o] = net.weights[l][o][i] =
                    o < sizes[l + 1] && i < sizes[l] ? theta[at++] : 0;
        for (int o = 0; o < UNITS; o++)
            net.biases[l][o] = o < sizes[l + 1] ? theta[at++] : 0;
    }
    for (int e = 0; e < epochs; e++, order += n)
        for (int first = 0; first < n; first += batch_size) {
            const int m = n - first < batch_size ? n - first : batch_size;
            if (batch_size == 1)
                step_online(&net, sizes, layers, inputs + order[first] * sizes[0], labels[order[first]], rate);
            else
                step_batch(&net, sizes, layers, inputs, labels, order + first, m, rate);
        }
    at = 0;
    for (int l = 0; l < layers; l++) {
        for (int o = 0; o < sizes[l + 1]; o++)
            for (int i = 0; i < sizes[l]; i++)
                theta[at++] = batch_size == 1 ? net.transposed[l][i][o] : net.weights[l][o][i];
        for (int o = 0; o < sizes[l + 1]; o++)
            theta[at++] = net.biases[l][o];
    }
}
