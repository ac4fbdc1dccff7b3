"""What holds for every test."""

from hypothesis import HealthCheck, settings

# A loaded machine draws slowly (the first draw of a test may load a design's module); that is no fault of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
