"""The city's own identity of somebody, by which the identity service knows them."""

from django.db import models

from members.models.people import Person


class CityIdentity(models.Model):
    """Bound by its owner. Issuer and subject name it for good; no mail address does."""

    person = models.OneToOneField(
        Person, models.PROTECT, related_name="city_identity", primary_key=True
    )
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="one_person_for_an_identity"
            ),
        )
        verbose_name_plural = "city identities"

    def __str__(self) -> str:
        return f"{self.person_id}"
