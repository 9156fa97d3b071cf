import os
import numpy as np
def logit(c):
    c = np.clip(c, 1e-4, 1 - 1e-4)
    return np.log(c / (1 - c))
def sig(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))
SA = float(os.environ.get("SA", ".3")); SB = float(os.environ.get("SB", ".1"))
MU = float(os.environ.get("MU", "-3")); SMU = float(os.environ.get("SMU", "2")); BETA=float(os.environ.get("BETA",".8")); SBETA = float(os.environ.get("SBETA", ".5"))
class Word:
    def __init__(self, p): self.p = p
    def parts(self, c):
        a, b, mu, beta = self.p
        z = logit(c)
        return sig(a + b * z), sig(mu - beta * z)
    def missing(self, c):
        q, m = self.parts(c)
        return q * m / (1 - q * (1 - m))
def fit(c, claimed):
    from scipy.optimize import minimize
    z = logit(c)
    edges = np.linspace(-9.3, 9.3, 125)
    k = np.digitize(z, edges)
    n1 = np.bincount(k, claimed, minlength=127); n = np.bincount(k, minlength=127)
    zz = np.bincount(k, z, minlength=127) / np.maximum(n, 1)
    keep = n > 0
    n1, n, zz = n1[keep], n[keep], zz[keep]
    def loss(p):
        a, b, mu, beta = p
        P = np.clip(sig(a + b * zz) * (1 - sig(mu - beta * zz)), 1e-9, 1 - 1e-9)
        return -(n1 * np.log(P) + (n - n1) * np.log(1 - P)).sum() + a * a / 2 / SA**2 + (b - 1)**2 / 2 / SB**2 + (mu - MU)**2 / 2 / SMU**2 + (beta - BETA)**2 / 2 / SBETA**2
    best = min((minimize(loss, [0, 1, mu0, b0], method="L-BFGS-B", bounds=[(None,None),(.2,3),(-9,6),(0,1)]) for mu0 in (-4., -1., 1.) for b0 in (.3, 1.)), key=lambda r: r.fun)
    if os.environ.get("SHOW"): print("word a b mu beta", best.x.round(2))
    return Word(best.x)
